/** The command line: which command runs, and what is said when there is none. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { GomcpError } from "../src/base/errors.ts";
import { SERVED_REVISIONS, VERSION } from "../src/runtime/version.ts";
import { COMMANDS } from "./commands.ts";
import { main } from "./main.ts";

/** Runs a command; gives its exit status and what it printed. */
async function run(...args: string[]): Promise<{ code: number; printed: string }> {
  const lines: unknown[] = [];
  const { log } = console;
  console.log = (line: unknown) => lines.push(line);
  try {
    return { code: await main(args), printed: lines.join("\n") };
  } finally {
    console.log = log;
  }
}

for (const args of [[], ["help"], ["--help"], ["-help"], ["-h"]]) {
  Deno.test(`gomcp ${args.join(" ")} tells of all commands`, async () => {
    const { code, printed } = await run(...args);
    assertEquals(code, 0);
    for (const { name, summary } of COMMANDS) {
      assert(printed.includes(`${name}`) && printed.includes(summary));
    }
  });
}

for (const args of [["version"], ["--version"], ["-version"], ["-v"]]) {
  Deno.test(`gomcp ${args} tells the version and the revisions of MCP`, async () => {
    const { code, printed } = await run(...args);
    assertEquals(code, 0);
    assert(printed.startsWith(`gomcp ${VERSION} (from source, Deno ${Deno.version.deno}`));
    assert(printed.endsWith(`MCP ${SERVED_REVISIONS.join(", ")}`));
  });
}

Deno.test("gomcp version --json gives one JSON object", async () => {
  const { code, printed } = await run("version", "--json");
  assertEquals(code, 0);
  const { version, mcp, deno, platform } = JSON.parse(printed);
  assertEquals([version, deno, platform], [VERSION, Deno.version.deno, Deno.build.target]);
  assertEquals(mcp, SERVED_REVISIONS);
});

for (const { name } of COMMANDS) {
  Deno.test(`gomcp ${name} --help tells its flags`, async () => {
    const { code, printed } = await run(name, "--help");
    assertEquals(code, 0);
    assert(printed.startsWith(`Usage: gomcp ${name}`));
  });
}

const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [["nonsense"], 'Cannot run "nonsense": there is no such command; see gomcp help'],
  [["srve"], 'Cannot run "srve": there is no such command; did you mean gomcp serve?'],
  [
    ["tenant", "key", "revok", "x"],
    'Cannot run "tenant key revok": there is no such command; did you mean gomcp tenant key revoke?',
  ],
  [["--mode=http"], 'Cannot run "--mode=http": there is no such command; see gomcp help'],
  [["version", "--jsn"], "Cannot read --jsn: there is no such flag; did you mean --json?"],
  [["version", "now"], 'Cannot read "now": expected flags only'],
  [["serve", "--mode=ftp"], 'Cannot read --mode: it is "ftp", expected stdio, http, grpc, all'],
  [["serve", "--addr=8080"], 'Cannot read --addr: it is "8080", expected HOST:PORT'],
];

for (const [args, message] of REFUSED) {
  Deno.test(`gomcp ${args.join(" ")} is refused`, async () => {
    const error = await assertRejects(() => main(args), GomcpError);
    assertEquals(error.code, "invalid_request");
    assert(error.message.startsWith(message), error.message);
  });
}

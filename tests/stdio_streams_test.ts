/** Stdin and stdout of every kind: files and pipes that are shared with others before, beside and after. */
import { assertEquals, assertMatch } from "@std/assert";
import { CLI, cliEnv } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { initialize, modernCall } from "./support/mcp.ts";

const LINES = [
  initialize("init"),
  modernCall(1, "echo", { msg: "one" }),
  modernCall(2, "echo", { msg: "two" }),
]
  .map((message) => JSON.stringify(message));

/** Runs a shell script in which `gomcp` serves stdio, beside a file `in` of messages. */
async function shell(script: string, flags = ""): Promise<{ folder: TempFolder; stdout: string }> {
  const folder = await TempFolder.of({ in: LINES.join("\n") + "\n" });
  const gomcp = `gomcp() { "${Deno.execPath()}" run -A ${flags} "${CLI}" serve --mode=stdio; }\n`;
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", gomcp + script],
    cwd: folder.path,
    clearEnv: true,
    env: cliEnv(),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return { folder, stdout: new TextDecoder().decode(stdout) };
}

/** What the lines are: the ids of answers, and all else as it is. */
function kinds(text: string): unknown[] {
  return text.trimEnd().split("\n").map((line) =>
    line.startsWith("{") ? JSON.parse(line).id : line
  );
}

const WINDOWS = Deno.build.os === "windows";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: WINDOWS, fn });
}

test("a file that others write to before and after holds all of it, in order", async () => {
  const { folder } = await shell("(echo before; gomcp < in 2> log; echo after) > out");
  await using _ = folder;
  const text = await Deno.readTextFile(`${folder.path}/out`);
  assertEquals(kinds(text), ["before", "init", 1, 2, "after"]);
});

test("a file that takes the log as well loses neither", async () => {
  const { folder } = await shell("gomcp < in > out 2>&1");
  await using _ = folder;
  const text = await Deno.readTextFile(`${folder.path}/out`);
  const lines = kinds(text).map((kind) => String(kind).replace(/^.* info +/, ""));
  assertEquals(lines.filter((line) => /^(init|\d)$/.test(line)), ["init", "1", "2"]);
  assertMatch(lines[0]!, /^serving stdio/);
  assertEquals(lines.at(-1), "stopped");
});

test("a file is read from where others have left off", async () => {
  const { folder, stdout } = await shell("(read -r first; gomcp 2> log) < in");
  await using _ = folder;
  assertEquals(kinds(stdout), [1, 2]);
});

test("a pipe is as others left it, and they find it so again", async () => {
  const { folder, stdout } = await shell(
    "gomcp < in 2> log | wc -c; (gomcp < in 2> log; head -c 300000 /dev/zero) | (sleep 1; wc -c)",
  );
  await using _ = folder;
  const [own, all] = stdout.trim().split("\n").map(Number);
  assertEquals(all! - own!, 300_000);
});

test("stdin and stdout that are closed end the server, with nothing broken", async () => {
  const { folder, stdout } = await shell("gomcp <&- 2> log; gomcp < in >&- 2> log; echo ended");
  await using _ = folder;
  assertEquals(stdout, "ended\n");
});

test("where the system's tables cannot be read, messages are answered all the same", async () => {
  const { folder, stdout } = await shell("gomcp < in 2> log", "--deny-read=/proc");
  await using _ = folder;
  assertEquals(kinds(stdout), ["init", 1, 2]);
});

test("a program that came through a pipe is not started twice", async () => {
  const program =
    `await import("${new URL("../cli/main.ts", import.meta.url)}").then(({ main }) => ` +
    `main(["serve", "--mode=stdio"])).then(Deno.exit)`;
  const { folder, stdout } = await shell(
    `cat > program.ts <<'END'\n${program}\nEND\n` +
      `cat in | "${Deno.execPath()}" run -A --config "${
        new URL("../deno.json", import.meta.url).pathname
      }" ` +
      `/dev/fd/3 3< program.ts 2> log`,
  );
  await using _ = folder;
  assertEquals(kinds(stdout), ["init", 1, 2]);
});

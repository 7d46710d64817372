/** `examples/ci/pre-commit` in a repository: what it lets through, and what it refuses. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { run } from "../cli/validate.ts";
import { TempFolder } from "./support/fixtures.ts";

const HOOK = fileURLToPath(new URL("../examples/ci/pre-commit", import.meta.url));
const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
const TOOL = {
  name: "get_weather",
  description: "Gives today's weather of a city in words.",
  inputSchema: { type: "object", properties: {}, additionalProperties: false },
};

const json = (tool: unknown) => JSON.stringify([tool], null, 2) + "\n";

Deno.test("the hook lets what adds or mends tools through, and looks at what is staged", async (t) => {
  await using folder = await TempFolder.of({ "README": "tools\n" });
  const git = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("git", {
      args: ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args],
      cwd: folder.path,
      env: { GOMCP: `${Deno.execPath()} run -A ${MAIN}` },
    }).output();
    return { success, said: new TextDecoder().decode(stderr) };
  };
  await git("init", "-q");
  await git("add", ".");
  await git("commit", "-qm", "first");
  await Deno.copyFile(HOOK, `${folder.path}/.git/hooks/pre-commit`);
  await Deno.chmod(`${folder.path}/.git/hooks/pre-commit`, 0o755);

  await t.step("the commit that adds the folder of tools", async () => {
    await folder.write("tools/a.ts", moduleOf("get_weather"));
    await git("add", "tools");
    const { success, said } = await git("commit", "-qm", "tools");
    assertEquals(success, true, said);
    assertMatch(said, /^gomcp: tools is not in git:HEAD, so it is compared with nothing$/m);
  });
  await t.step("one that would break clients, though the work tree is good again", async () => {
    await folder.write("tools/a.ts", moduleOf("weather.get"));
    await git("add", "tools");
    await folder.write("tools/a.ts", moduleOf("get_weather"));
    const { success, said } = await git("commit", "-qm", "bad");
    assertEquals(success, false);
    assertMatch(said, /^gomcp validate: 1 tool, [1-9]\d* errors?/m);
  });
  await t.step("one that mends what did not load", async () => {
    await folder.write("tools/a.ts", "const = 5;\n");
    await git("add", "tools");
    await git("commit", "--no-verify", "-qm", "broken");
    await folder.write("tools/a.ts", moduleOf("get_weather"));
    await git("add", "tools");
    const { success, said } = await git("commit", "-qm", "mended");
    assertEquals(success, true, said);
    assertMatch(said, /^gomcp: tools\/a\.ts of git:HEAD is compared with nothing: does not load/m);
  });
});

Deno.test("a program has no earlier state in a commit", async () => {
  await using folder = await TempFolder.of({ "a.json": json(TOOL) });
  const { error } = console;
  let said = "";
  console.error = (line: string) => void (said += line);
  try {
    const args = [`${folder.path}/a.json`, "--command=/no/such", "--baseline=git:HEAD"];
    assertEquals(await run(args), 2);
  } finally {
    console.error = error;
  }
  assertStringIncludes(said, "Cannot compare --command with a commit");
});

function moduleOf(name: string): string {
  return `import { defineTool } from "gomcp";
import { z } from "zod";
export const tool = defineTool({
  name: "${name}",
  description: "Gives today's weather of a city in words.",
  input: z.object({ city: z.string().max(99).describe("The name of the city.") }),
  handler: () => "fine",
});
`;
}

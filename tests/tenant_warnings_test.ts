/** What `gomcp tenant` goes by of a server: its modules, for warnings, and its configuration file. */
import { assertEquals, assertMatch } from "@std/assert";
import { createTenantManager, openState } from "../mod.ts";
import { type CliRun, runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";

/** What the command warned of. */
function warnings({ stderr }: CliRun): string[] {
  return stderr.split("\n").filter((line) => line !== "").map((line) =>
    line.replace("gomcp: warning: ", "")
  );
}

Deno.test("gomcp tenant warns of what fits nothing that the server has, and writes it", async () => {
  await using folder = await TempFolder.of();
  const env = { GOMCP_STATE: `sqlite:${folder.path}/state.db` };
  const run = (...args: string[]) => runCli(["tenant", ...args], { env });
  const module = await folder.write(
    "tools/some.ts",
    `import { definePrompt, defineResource, defineTool } from "gomcp";
export const a = defineTool({ name: "search_docs", description: "A.", handler: () => "a" });
export const b = definePrompt({ name: "greet", handler: () => "b" });
export const c = defineResource({ uri: "users://{id}/name", name: "c", read: () => "c" });
export const d = defineResource({ uri: "docs://a%20b", name: "d", read: () => "d" });`,
  );
  const none = (glob: string) => `no tool, prompt or resource fits "${glob}"`;
  const fitting = "search_*,greet,gr??t,users://12/*,users://1%32/name,*/name,docs://a b,read_*";
  const tools = `--tools=${module}`;
  const created = await run("create", "a", `--allow=${fitting},serch_*,users://*/x`, tools);
  assertEquals(warnings(created), [none("serch_*"), none("users://*/x")]);
  assertEquals((await run("show", "a")).stdout.includes("serch_*"), true);
  assertEquals(warnings(await run("deny", "a", "greeet", "greet", tools)), [none("greeet")]);
  assertEquals(warnings(await run("update", "a", "--deny=?", tools)), [none("?")]);
  const scoped = await run("key", "create", "a", "--name=k", "--scope=x*,search_*", tools);
  assertEquals(warnings(scoped), [none("x*")]);
  const [untold = "", ...more] = warnings(await run("allow", "a", "read_*", "serch_*", "ec"));
  assertMatch(untold, /^no built-in tool.* fits "serch_\*", "ec"; --tools=PATH \(or GOMCP_TOOLS\)/);
  assertEquals(more, []);
  const refused = await run("allow", "nobody", "serch_*");
  assertEquals(warnings(refused).length, 1, "nothing is warned of that is not written");
});

Deno.test("gomcp tenant goes by the configuration of the server in its folder", async () => {
  await using folder = await TempFolder.of();
  await folder.write(
    "tools/a.ts",
    `import { defineTool } from "gomcp";
export const a = defineTool({ name: "search_docs", description: "A.", handler: () => "a" });`,
  );
  const upstreams = [{ name: "github", command: ["true"], tools: { x: { name: "renamed" } } }];
  const config = { state: { url: `sqlite:${folder.path}/here.db` }, tools: ["tools"] };
  await folder.write("gomcp.json", JSON.stringify({ ...config, upstreams }));
  const env = { GOMCP_STATE: "", XDG_STATE_HOME: folder.path };
  const run = (...args: string[]) => runCli(["tenant", ...args], { cwd: folder.path, env });
  const rule = "--allow=search_*,github__*,git://x,renamed,gihub__*";
  const created = await run("create", "a", "--no-key", rule);
  assertEquals(created.code, 0, created.stderr);
  assertEquals(warnings(created), ['no tool, prompt or resource fits "gihub__*"']);
  const tenants = createTenantManager(await openState(config.state.url));
  assertEquals((await tenants.getTenant("a"))?.id, "a", "where the server looks for it");
  await tenants.close();
  const elsewhere = `--state=sqlite:${folder.path}/other.db`;
  assertEquals((await run("show", "a", elsewhere)).code, 5, "what is said goes before it");
  assertEquals((await run("show", "a", "--config=off")).code, 5);
  const help = await run("show", "--help");
  assertMatch(help.stdout, /\nExamples:\n +gomcp tenant show /);
});

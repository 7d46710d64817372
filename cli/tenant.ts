/** `gomcp tenant`: the table of its commands. Each is loaded only when it is run. */
import { GomcpError } from "../src/base/errors.ts";
import type { Command } from "./command.ts";

const COMMANDS: readonly Command[] = [
  {
    name: "create",
    summary: "creates a tenant and its first API key",
    load: () => import("./tenant/create.ts"),
  },
  { name: "list", summary: "all tenants", load: () => import("./tenant/list.ts") },
  { name: "show", summary: "one tenant, its limits, rules and keys", load: () => show() },
  { name: "update", summary: "changes a tenant", load: () => import("./tenant/update.ts") },
  { name: "allow", summary: "lets a tenant see more tools", load: () => rules("allow") },
  { name: "deny", summary: "keeps tools from a tenant", load: () => rules("deny") },
  { name: "suspend", summary: "lets nobody call for a tenant", load: () => suspension(true) },
  { name: "resume", summary: "ends a suspension", load: () => suspension(false) },
  {
    name: "delete",
    summary: "removes a tenant and its keys",
    load: () => import("./tenant/delete.ts"),
  },
  {
    name: "usage",
    summary: "what a tenant has used of its quotas",
    load: () => import("./tenant/usage.ts"),
  },
  { name: "key", summary: "create, list, revoke: API keys", load: () => import("./tenant/key.ts") },
];

const show = () => import("./tenant/show.ts");

async function rules(which: "allow" | "deny") {
  const { changeRule } = await import("./tenant/rules.ts");
  return { run: (args: readonly string[]) => changeRule(which, args) };
}

async function suspension(suspended: boolean) {
  const { setSuspended } = await import("./tenant/suspend.ts");
  return { run: (args: readonly string[]) => setSuspended(suspended, args) };
}

export async function run(args: readonly string[]): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (/^(help|-h|--?help)$/.test(name)) return help();
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    const text = `Cannot run "tenant ${name}": there is no such command, see gomcp tenant --help`;
    throw new GomcpError("invalid_request", text);
  }
  const { run } = await command.load();
  return await run(rest);
}

function help(): number {
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(9)}${summary}`);
  console.log(`Usage: gomcp tenant COMMAND [FLAGS] [ID]

${lines.join("\n")}

Running servers of the same --state learn of changes within a second.
gomcp tenant COMMAND --help tells the flags of a command.
Example: gomcp tenant create company-a --max-tool-calls=1000 --period=day`);
  return 0;
}

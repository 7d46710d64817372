/** `gomcp tasks`: the table of its commands. Each is loaded only when it is run. */
import { GomcpError } from "../src/base/errors.ts";
import type { Command } from "./command.ts";

const COMMANDS: readonly Command[] = [
  { name: "list", summary: "tasks, the newest first", load: () => import("./tasks/list.ts") },
  { name: "show", summary: "one task, and how it ended", load: () => import("./tasks/show.ts") },
  { name: "cancel", summary: "ends a task", load: () => import("./tasks/cancel.ts") },
];

export async function run(args: readonly string[]): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (/^(help|-h|--?help)$/.test(name)) return help();
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    const text = `Cannot run "tasks ${name}": there is no such command, see gomcp tasks --help`;
    throw new GomcpError("invalid_request", text);
  }
  const { run } = await command.load();
  return await run(rest);
}

function help(): number {
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(8)}${summary}`);
  console.log(`Usage: gomcp tasks COMMAND [FLAGS] [ID]

${lines.join("\n")}

Such as: gomcp tasks list --status=working --state=sqlite:/var/lib/gomcp/state.db
They are those of all servers with the same --state. gomcp tasks COMMAND --help tells the flags.`);
  return 0;
}

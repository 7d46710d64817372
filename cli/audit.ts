/** `gomcp audit`: the table of its commands. Each is loaded only when it is run. */
import { GomcpError } from "../src/base/errors.ts";
import type { Command } from "./command.ts";

const COMMANDS: readonly Command[] = [
  {
    name: "tail",
    summary: "the last records of a log; with --follow those to come, too",
    load: () => import("./audit/tail.ts"),
  },
  {
    name: "query",
    summary: "records by time, tenant, tool and more",
    load: () => import("./audit/query.ts"),
  },
  {
    name: "stats",
    summary: "who called what, how often, how it ended and how long it took",
    load: () => import("./audit/stats.ts"),
  },
  {
    name: "verify",
    summary: "whether a log is as it was written; names what is not",
    load: () => import("./audit/verify.ts"),
  },
  {
    name: "hash",
    summary: "what stands in a log for a value",
    load: () => import("./audit/hash.ts"),
  },
  {
    name: "replay",
    summary: "makes recorded calls again and compares what they give",
    load: () => import("./audit/replay.ts"),
  },
];

export async function run(args: readonly string[]): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (/^(help|-h|--?help)$/.test(name)) return help();
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    const text = `Cannot run "audit ${name}": there is no such command, see gomcp audit --help`;
    throw new GomcpError("invalid_request", text);
  }
  const { run } = await command.load();
  return await run(rest);
}

function help(): number {
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(8)}${summary}`);
  console.log(`Usage: gomcp audit COMMAND [FLAGS] [FILE...]

${lines.join("\n")}

gomcp audit COMMAND --help tells the flags of a command.`);
  return 0;
}

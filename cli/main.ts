/** The command line: finds the command, runs it, turns what it throws into an exit status. */
import { CODE_TABLE } from "../src/base/code_table.ts";
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import { VERSION } from "../src/runtime/version.ts";
import { type Command, COMMANDS, HOST_COMMAND } from "./commands.ts";

const EXIT_UNEXPECTED = 70;

/** Runs one command and gives the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = args;
  if (/^(help|-h|--?help)$/.test(name)) return help();
  if (/^(-v|--?version)$/.test(name)) return main(["version", ...rest]);
  const command = [...COMMANDS, HOST_COMMAND].find((each) => each.name === name);
  if (command === undefined) {
    const text = `Cannot run "${name}": there is no such command, see gomcp help`;
    throw new GomcpError("invalid_request", text);
  }
  const { run } = await command.load();
  return await run(rest);
}

function help(): number {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 2;
  const line = ({ name, summary }: Command) => `  ${name.padEnd(width)}${summary}`;
  console.log(`gomcp ${VERSION}: serves MCP tools over stdio, HTTP and gRPC.

Usage: gomcp COMMAND [FLAGS]

${COMMANDS.map(line).join("\n")}

gomcp COMMAND --help tells the flags of a command.`);
  return 0;
}

function report(error: unknown): number {
  if (error instanceof GomcpError) {
    console.error(`gomcp: ${error.message}`);
    return CODE_TABLE[error.code].exit;
  }
  console.error(`gomcp: unexpected: ${describeThrown(error)}`);
  if (error instanceof Error) console.error(error.stack);
  return EXIT_UNEXPECTED;
}

if (import.meta.main) Deno.exit(await main(Deno.args).catch(report));

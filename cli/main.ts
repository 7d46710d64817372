/** The command line: finds the command, runs it, turns what it throws into an exit status. */
import { CODE_TABLE } from "../src/base/code_table.ts";
import { describeThrown, GomcpError } from "../src/base/errors.ts";

const EXIT_UNEXPECTED = 70;

/** Runs one command and gives the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = args;
  if (/^(-v|--?version)$/.test(name)) return await main(["version", ...rest]);
  // What servers start, and people do not: it stands in no table.
  if (name === "host") return await (await import("./host.ts")).run(rest);
  const { findCommand } = await import("./find_command.ts");
  const found = await findCommand(args);
  if ("run" in found) return await found.run();
  console.log(found.text);
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

/** Arguments of the audit commands: flags as everywhere, and files between them. */
import { GomcpError } from "../../src/base/errors.ts";
import { type Flag, flagHelp, type FlagValues, readFlags } from "../../src/config/flags.ts";
import { splitWords } from "../words.ts";
import { rotatedFiles } from "../../src/stores/audit/full_files.ts";

/** What a command was told. */
export interface AuditArgs {
  readonly values: FlagValues;
  readonly files: readonly string[];
}

export const JSON_FLAG: Flag = { name: "json", kind: "switch", help: "JSON instead of text" };
export const HELP_FLAG: Flag = { name: "help", kind: "switch", flagOnly: true, help: "shows this" };
export const ROTATED_FLAG: Flag = {
  name: "rotated",
  kind: "switch",
  help: "reads the full files beside each FILE, too",
};

/** Flags may be anywhere; all else is a file. "--" ends the flags. */
export function readAuditArgs(flags: readonly Flag[], args: readonly string[]): AuditArgs {
  const { said, words } = splitWords(flags, args);
  return { values: readFlags(flags, said, () => undefined), files: words };
}

/** The files of a command, at least one; with `rotated`, those beside them before them. */
export async function filesOf(
  { values, files }: AuditArgs,
  usage: string,
): Promise<readonly string[]> {
  const fromEnv = Deno.env.get("GOMCP_AUDIT_FILE");
  const named = files.length > 0 ? files : fromEnv ? [fromEnv] : [];
  if (named.length === 0) {
    throw new GomcpError("invalid_request", `Cannot read audit log: expected a file, ${usage}`);
  }
  if (values.rotated !== true) return named;
  const all = await Promise.all(named.map(async (path) => [
    ...(await rotatedFiles(path)).map((each) => each.path),
    path,
  ]));
  return all.flat();
}

/** Prints the help of a command. */
export function printHelp(
  usage: string,
  what: string,
  flags: readonly Flag[],
  example: string,
): number {
  console.log(`Usage: ${usage}\n\n${what}\n\nExample: ${example}\n\n${flagHelp(flags)}`);
  return 0;
}

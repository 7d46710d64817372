/** What tests read of audit files, and what the command line says of them. */
import { assertEquals } from "@std/assert";
import { runCli } from "./cli_process.ts";

/** A record as it stands in the file. */
// deno-lint-ignore no-explicit-any -- tests look into records of every shape
export type AuditLine = Readonly<Record<string, any>>;

/** The records of a file, in order. */
export async function readAudit(path: string): Promise<AuditLine[]> {
  const text = await Deno.readTextFile(path);
  return text.split("\n").filter((line) => line.startsWith('{"seq":') && line.endsWith("}"))
    .map((line) => JSON.parse(line));
}

/** What `gomcp audit verify --json` says, with its exit status. */
export async function verifyAudit(...args: readonly string[]) {
  const { code, stdout, stderr } = await runCli(["audit", "verify", "--json", ...args]);
  assertEquals(stderr, "");
  const verdict = JSON.parse(stdout);
  assertEquals(code, verdict.ok ? 0 : 1);
  // deno-lint-ignore no-explicit-any -- see above
  return verdict as any;
}

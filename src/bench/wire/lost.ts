/** What load calls the ends of calls that are no results. */
import { CODE_TABLE, type ErrorCode } from "../../base/code_table.ts";

/** Codes that the table has no row for: of the load itself. */
export const LOST = "connection_lost";
export const LATE = "timeout";

const BY_NUMBER = new Map<number, string>();
const BY_STATUS = new Map<number, ErrorCode>();
for (const [name, { jsonRpc, http }] of Object.entries(CODE_TABLE)) {
  const code = name as ErrorCode;
  if (!BY_NUMBER.has(jsonRpc)) BY_NUMBER.set(jsonRpc, code);
  if (!BY_STATUS.has(http)) BY_STATUS.set(http, code);
}

/** An error of JSON-RPC by its name here; of other servers, by its number. */
export function codeOf(jsonRpc: unknown): string {
  return BY_NUMBER.get(jsonRpc as number) ?? `error ${String(jsonRpc)}`;
}

/** An answer of HTTP without a message in it. */
export function codeOfStatus(status: number): ErrorCode {
  return BY_STATUS.get(status) ?? "upstream_failed";
}

/** The secret of an audit log's hashes, in a file that only its owner reads. */
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { logOfName, withoutPlace } from "./file_names.ts";

const KEY_BYTES = 32;

/** Reads the key; where there is none, makes one (mode 600). */
export async function loadAuditKey(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  try {
    await Deno.writeTextFile(path, key.toHex() + "\n", { createNew: true, mode: 0o600 });
    return key;
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) return await readAuditKey(path);
    const text = `Cannot write audit key ${path}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
}

/** @throws {GomcpError} `invalid_request` when there is none, or it is something else. */
export async function readAuditKey(path: string): Promise<Uint8Array<ArrayBuffer>> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    const what = `Cannot read audit key ${path}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", what, { cause });
  }
  return parseAuditKey(text, path);
}

/**
 * The key that stands beside a log. Its full files have the same one, and so have all processes of
 * a server.
 *
 * @throws {GomcpError} `invalid_request` when there is none, or it is something else.
 */
export async function readKeyBeside(path: string): Promise<Uint8Array<ArrayBuffer>> {
  for (const log of [path, logOfName(path), withoutPlace(path)]) {
    if (await Deno.stat(`${log}.key`).then(() => true, () => false)) {
      return await readAuditKey(`${log}.key`);
    }
  }
  return await readAuditKey(`${logOfName(path)}.key`);
}

/** A key as text: 64 hex digits. `where` names it in messages. */
export function parseAuditKey(text: string, where: string): Uint8Array<ArrayBuffer> {
  const hex = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(hex)) return Uint8Array.fromHex(hex);
  throw new GomcpError("invalid_request", `Cannot read audit key ${where}: expected 64 hex digits`);
}

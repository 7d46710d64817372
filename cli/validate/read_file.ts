/** Files of a command, with clear words for those that cannot be read or written. */
import { describeThrown, GomcpError } from "../../src/base/errors.ts";

/** @throws {GomcpError} `invalid_request` naming the file. */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}

/** @throws {GomcpError} `invalid_request` naming the file. */
export async function writeTextFile(path: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text);
  } catch (cause) {
    const what = `Cannot write ${path}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", what, { cause });
  }
}

/** @throws {GomcpError} `invalid_request` naming the path. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}

/** Whether there is such a file. */
export function isThere(path: string): Promise<boolean> {
  return Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

function cannotRead(path: string, cause: unknown): GomcpError {
  const isMissing = cause instanceof Deno.errors.NotFound;
  const why = isMissing ? "there is no such path" : describeThrown(cause);
  return new GomcpError("invalid_request", `Cannot read ${path}: ${why}`, { cause });
}

/** Why a file operation was refused or failed, in sentences that name no place outside the root. */
import type { ErrorCode } from "../../base/code_table.ts";
import { GomcpError } from "../../base/errors.ts";

export const OUTSIDE = "a symbolic link on the way leads outside the root";
export const MOVED = "it was exchanged while it was being opened, and now leads outside the root";
export const MISSING = "it does not exist";
export const NO_DIRECTORY = "a name on the way is not a directory";
export const TOO_MANY_LINKS = "it goes through too many symbolic links";

const SHOWN_CHARS_MAX = 200;

/** What the system's error codes mean here; its own messages hold absolute paths. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: MISSING,
  ENOTDIR: NO_DIRECTORY,
  EISDIR: "it is a directory",
  EEXIST: "it exists already",
  ENOTEMPTY: "the directory is not empty, expected an empty one",
  EACCES: "the server lacks the permission",
  EPERM: "the system does not permit it",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file is too large for the file system",
  EMFILE: "the server has too many files open",
  ENFILE: "the system has too many files open",
  ENAMETOOLONG: "a name in it is too long for the file system",
  ELOOP: "it became a symbolic link while it was being opened",
  ENXIO: "it is not a regular file",
  EBUSY: "it is in use",
  ETXTBSY: "it is a program that runs",
  EIO: "the disk failed",
};

/** Stops an operation with its reason alone: `explained` adds what was to be done, and to which path. */
export function refuse(code: ErrorCode, reason: string): never {
  throw new GomcpError(code, reason);
}

/**
 * Runs an operation and says of whatever it throws: `Cannot <action> "<path>": <reason>`.
 *
 * @throws {GomcpError} with the code of the refusal, or `tool_error`.
 */
export async function explained<T>(
  action: string,
  path: string,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const code = cause instanceof GomcpError ? cause.code : "tool_error";
    throw new GomcpError(code, `Cannot ${action} ${quoted(path)}: ${reasonOf(cause)}`, { cause });
  }
}

/** The code that the system gave, such as "ENOENT". */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof GomcpError) return error.message;
  const code = systemCode(error);
  if (code !== undefined) return REASONS[code] ?? `the system says ${code}`;
  // Deno's own permissions have no code, and their message names the absolute path.
  if (error instanceof Error && error.name === "NotCapable") {
    return "the server runs without the permission";
  }
  return "the file system failed";
}

function quoted(path: string): string {
  const clipped = path.length > SHOWN_CHARS_MAX ? `${path.slice(0, SHOWN_CHARS_MAX)}…` : path;
  return JSON.stringify(clipped);
}

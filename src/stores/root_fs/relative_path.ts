/** What clients send as paths, made into names below the root, or refused. */
import { LIMITS } from "../../base/limits.ts";
import { refuse } from "./faults.ts";

/** Names that Windows takes for devices in every directory, with or without an extension. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * Gives the names of a path that is relative to the root; none for the root itself.
 * The rules of Windows' separators and drives hold everywhere, so that a path means the same
 * on all systems.
 *
 * @throws {GomcpError} `invalid_arguments` with the reason alone; the caller adds the path.
 */
export function parseRelativePath(path: string, options: { readonly windows: boolean }): string[] {
  checkWhole(path);
  const names = path.split("/").filter((name) => name !== ".");
  for (const name of names) {
    if (name === "") {
      bad('it has an empty name, expected one "/" between names and none at the end');
    }
    if (name === "..") bad('it contains "..", expected a path that only goes down');
  }
  if (options.windows) names.forEach(checkWindowsName);
  return names;
}

function checkWhole(path: string): void {
  if (path === "") bad('it is empty, expected a path relative to the root, or "." for the root');
  if (path.length > LIMITS.pathCharsMax) {
    bad(`it has ${path.length} characters, expected at most ${LIMITS.pathCharsMax}`);
  }
  if (path.includes("\0")) bad("it contains a NUL character");
  if (!path.isWellFormed()) bad("it contains half a surrogate pair, expected Unicode text");
  if (path.includes("\\")) bad('it contains a backslash, expected "/" between names');
  if (path.startsWith("/")) bad("it is absolute, expected a path relative to the root");
  if (/^[A-Za-z]:/.test(path)) bad("it starts with a drive, expected a path relative to the root");
}

/** Windows reads streams, devices and (by dropping dots and spaces at the end) other names here. */
function checkWindowsName(name: string): void {
  if (name.includes(":")) bad('it contains ":", which names a stream on Windows');
  if (/[. ]$/.test(name)) bad("a name in it ends with a dot or a space, which Windows drops");
  if (WINDOWS_DEVICE.test(name)) bad("a name in it is a device on Windows");
}

function bad(reason: string): never {
  refuse("invalid_arguments", reason);
}

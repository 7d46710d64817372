/** `gomcp.lock`: what tools of upstreams were when somebody reviewed them. */
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import { checkPin, type Lock, readLock, renderLock } from "../src/pins/lock.ts";
import type { PinCheck } from "../src/runtime/upstreams.ts";

/**
 * Gives the check of the file as it is now; the same one as long as the file is the same.
 *
 * @throws {GomcpError} `invalid_request` when there is no lock, or what is there is none.
 */
export function openPins(file: string): () => PinCheck {
  let known: { readonly lock: string; readonly check: PinCheck } | undefined;
  return () => {
    const lock = readLockFile(file);
    if (lock === undefined) {
      const text = `Cannot serve locked: there is no ${file}; gomcp lock writes it`;
      throw new GomcpError("invalid_request", text);
    }
    const text = renderLock(lock);
    if (known?.lock !== text) known = { lock: text, check: checkOf(lock, file) };
    return known.check;
  };
}

function checkOf(lock: Lock, file: string): PinCheck {
  return (named) => {
    const found = checkPin(lock, named);
    if (found === "same") return undefined;
    if (found === "unpinned") return `it is not in ${file}`;
    const changes = found.map(({ pointer, detail }) => `${pointer} ${detail}`).join("; ");
    return `it is not what ${file} has: ${changes}`;
  };
}

/** Undefined when there is none. @throws {GomcpError} `invalid_request` for what is no lock. */
export function readLockFile(file: string): Lock | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    const what = `Cannot read ${file}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", what, { cause });
  }
  return readLock(text, file);
}

/** Synchronous work that must not take for ever: V8 stops it, in the middle of a regular expression too. */
import { createContext, Script } from "node:vm";

const script = new Script("run()");
const sandbox: { run: () => unknown } = { run: () => undefined };
let context: typeof sandbox | undefined;

/** What was given up has no result. */
export const TIMED_OUT = Symbol("timed out");

/**
 * Runs `work` for at most `ms`, which costs some 20 µs; gives `TIMED_OUT` when it took longer.
 * What it throws comes through. Work must not run bounded work itself.
 */
export function runBounded<T>(work: () => T, ms: number): T | typeof TIMED_OUT {
  context ??= createContext(sandbox) as typeof sandbox;
  context.run = work;
  try {
    return script.runInContext(context, { timeout: ms }) as T;
  } catch (thrown) {
    const { code } = thrown as { readonly code?: unknown };
    if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return TIMED_OUT;
    throw thrown;
  } finally {
    context.run = () => undefined;
  }
}

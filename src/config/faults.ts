/** Everything that is wrong with what was said, told at once. */
import { GomcpError, isGomcpError } from "../base/errors.ts";

/** One or more faults; its message tells all of them. */
export class ConfigFaults extends GomcpError {
  /** Each as a sentence of its own. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[], title = "Cannot use what was said") {
    super("invalid_request", textOf(faults, title));
    this.faults = faults;
  }
}

/** Reads one part; what is wrong with it is kept, and `undefined` goes on in its place. */
export type ReadPart = <P>(part: () => P) => P;

/**
 * Makes a whole of parts, of which several may have faults. A part that needs another one must bear
 * that it is undefined.
 *
 * @throws {GomcpError} `invalid_request` with the faults of all parts.
 */
export function collectFaults<T>(make: (read: ReadPart) => T): T {
  const faults: string[] = [];
  const made = make((part) => {
    try {
      return part();
    } catch (thrown) {
      faults.push(...faultsOf(thrown));
      return undefined as never;
    }
  });
  const [first, ...others] = new Set(faults);
  if (first === undefined) return made;
  throw new ConfigFaults([first, ...others]);
}

/** What was thrown, as sentences. @throws what is no refusal of ours. */
export function faultsOf(thrown: unknown): readonly string[] {
  if (!isGomcpError(thrown)) throw thrown;
  return thrown instanceof ConfigFaults ? thrown.faults : [thrown.message];
}

function textOf(faults: readonly string[], title: string): string {
  if (faults.length === 1) return faults[0]!;
  const lines = faults.map((fault) => fault.replace(/^Cannot read /, ""));
  return [`${title}: ${faults.length} problems`, ...lines].join("\n  ");
}

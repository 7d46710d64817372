/** Which numbers of records are missing, by tenant. */

/** Numbers that nobody has seen, from the first to the last of a run. */
export interface MissingRun {
  readonly tenant: string;
  readonly from: number;
  readonly to: number;
}

/** The next number of each tenant at some place of the log. */
export type SequenceMark = ReadonlyMap<string, number>;

export class Sequences {
  readonly #next = new Map<string, number>();
  #complete = false;
  readonly #runs: { tenant: string; from: number; to: number }[] = [];

  /** From here on the first number of a tenant that was not named before is 1. */
  startAfter(last: Readonly<Record<string, number>>): void {
    for (const [tenant, seq] of Object.entries(last)) this.reach(tenant, seq);
    this.#complete = true;
  }

  /** How a record's number fits: in order, one that was missing before, or one seen already. */
  take(tenant: string, seq: number): "next" | "late" | "again" {
    const next = this.#nextOf(tenant);
    if (next === undefined || seq >= next) {
      this.reach(tenant, seq - 1);
      this.#next.set(tenant, seq + 1);
      return "next";
    }
    return this.#fill(tenant, seq) ? "late" : "again";
  }

  /** Numbers up to `last` were given: those that were not seen are missing. */
  reach(tenant: string, last: number): void {
    const next = this.#nextOf(tenant);
    if (next !== undefined && next <= last) this.#runs.push({ tenant, from: next, to: last });
    if (next === undefined || next <= last) this.#next.set(tenant, last + 1);
  }

  /** Where each tenant stands now, for `claim` to look from. */
  mark(): SequenceMark {
    return new Map(this.#next);
  }

  /** The number that a record has which cannot be read: the first that is missing since `mark`. */
  claim(mark: SequenceMark): { readonly tenant: string; readonly seq: number } | undefined {
    const run = this.#runs.find(({ tenant, to }) => to >= (mark.get(tenant) ?? 0));
    if (run === undefined) return undefined;
    const { tenant } = run;
    const seq = Math.max(run.from, mark.get(tenant) ?? 0);
    this.#fill(tenant, seq);
    return { tenant, seq };
  }

  /** Whether anything is missing since `mark`. */
  lacks(mark: SequenceMark): boolean {
    return this.#runs.some(({ tenant, to }) => to >= (mark.get(tenant) ?? 0));
  }

  /** What is missing now, and is not told again. */
  drain(): readonly MissingRun[] {
    return this.#runs.splice(0);
  }

  /** A log may begin in its middle: as long as nothing says where, nothing is missing. */
  #nextOf(tenant: string): number | undefined {
    return this.#next.get(tenant) ?? (this.#complete ? 1 : undefined);
  }

  #fill(tenant: string, seq: number): boolean {
    const at = this.#runs.findIndex((run) =>
      run.tenant === tenant && run.from <= seq && seq <= run.to
    );
    if (at === -1) return false;
    const { from, to } = this.#runs[at]!;
    const parts = [{ tenant, from, to: seq - 1 }, { tenant, from: seq + 1, to }];
    this.#runs.splice(at, 1, ...parts.filter((part) => part.from <= part.to));
    return true;
  }
}

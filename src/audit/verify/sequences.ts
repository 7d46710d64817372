/** Which numbers of records are missing, by tenant. */

/** Numbers that nobody has seen, from the first to the last of a run. */
export interface MissingRun {
  readonly tenant: string;
  readonly from: number;
  readonly to: number;
}

export class Sequences {
  readonly #next = new Map<string, number>();
  readonly #runs: { tenant: string; from: number; to: number }[] = [];
  readonly #seen = new Map<string, number>();

  /** How a record's number fits: in order, one that was missing before, or one seen already. */
  take(tenant: string, seq: number): "next" | "late" | "again" {
    this.#seen.set(tenant, (this.#seen.get(tenant) ?? 0) + 1);
    const next = this.#next.get(tenant);
    // A log may begin in its middle: where it does, nothing is missing.
    if (next === undefined || seq >= next) {
      this.reach(tenant, seq - 1);
      this.#next.set(tenant, seq + 1);
      return "next";
    }
    return this.#fill(tenant, seq) ? "late" : "again";
  }

  /** Numbers up to `last` were given: those that were not seen are missing. */
  reach(tenant: string, last: number): void {
    const next = this.#next.get(tenant);
    if (next !== undefined && next <= last) this.#runs.push({ tenant, from: next, to: last });
    if (next === undefined || next <= last) this.#next.set(tenant, last + 1);
  }

  /** The number after the last one. */
  nextOf(tenant: string): number | undefined {
    return this.#next.get(tenant);
  }

  /** How many records of a tenant were taken. */
  seenOf(tenant: string): number {
    return this.#seen.get(tenant) ?? 0;
  }

  /** A number of a record that is there, but cannot be read: the first that is missing. */
  claim(): { tenant: string; seq: number } | undefined {
    const [run] = this.#runs;
    if (run === undefined) return undefined;
    const claimed = { tenant: run.tenant, seq: run.from };
    this.#fill(run.tenant, run.from);
    return claimed;
  }

  /** What is missing now, and is not told again. */
  drain(): readonly MissingRun[] {
    return this.#runs.splice(0);
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

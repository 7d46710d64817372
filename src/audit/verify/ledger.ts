/** The records of a log: which numbers are there, which are missing, and which line lacks its number. */
import { readRecord } from "../read_line.ts";
import type { FindingKind } from "./finding.ts";
import type { Findings } from "./findings.ts";
import type { Covered, PlacedLine } from "./placed_line.ts";
import { type SequenceMark, Sequences } from "./sequences.ts";

/** What is known to be wrong with a record whose number only later lines will tell. */
interface Unnamed {
  readonly kind: "altered" | "missing";
  readonly placed: PlacedLine;
  /** Where the numbers stood before it. */
  readonly since: SequenceMark;
  /** What is said when no number turns up. */
  readonly text: string;
}

const DECODER = new TextDecoder();

export class Ledger {
  /** Records that were counted. */
  records = 0;
  readonly #findings: Findings;
  readonly #sequences = new Sequences();
  /** Calls that came in and have not ended. */
  readonly #open = new Set<string>();
  #unnamed: Unnamed[] = [];

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Calls that came in and have no end on record. */
  get unfinished(): number {
    return this.#open.size;
  }

  /** From here on the first number of a tenant that was not named before is 1. */
  startAfter(last: Readonly<Record<string, number>>): void {
    this.#sequences.startAfter(last);
  }

  /** Numbers up to `last` were given. */
  reach(tenant: string, last: number): void {
    this.#sequences.reach(tenant, last);
  }

  /** Where the numbers stand, for `alter` and `lack` to look from. */
  mark(): SequenceMark {
    return this.#sequences.mark();
  }

  /** Takes a line that is as it was written. */
  count(covered: Covered): void {
    const { line } = covered;
    if (line.kind === "record") this.#countRecord(covered, line.tenant, line.seq);
    else if (line.kind === "gap") {
      const text = `the server itself dropped ${line.records} records here`;
      this.#findings.add("dropped", text, covered);
    } else if (line.kind === "foreign") {
      this.#findings.add("inserted", "a line that gomcp does not write", covered);
    }
  }

  /** A line that was altered says nothing that can be trusted; its number is one that is missing. */
  alter(placed: Covered, since: SequenceMark): void {
    if (placed.line.kind === "header") {
      const text = "the segment's first line is not as it was written";
      return this.#findings.add("altered", text, placed);
    }
    this.#unnamed.push({ kind: "altered", placed, since, text: "a line is not as it was written" });
  }

  /** Lines are missing; `text` is said when no number turns up that is. */
  lack(placed: PlacedLine, since: SequenceMark, text: string): void {
    this.#unnamed.push({ kind: "missing", placed, since, text });
  }

  /** Tells something of a line, by its tenant and number where it has these. */
  name(kind: FindingKind, what: string, covered: Covered): void {
    const { line } = covered;
    if (line.kind !== "record") return this.#findings.add(kind, `a line ${what}`, covered);
    const { tenant, seq } = line;
    const text = `record ${seq} of tenant "${tenant}" ${what}`;
    this.#findings.add(kind, text, covered, { tenant, seq });
  }

  /** At the end of a segment all numbers are known: tells which of them are not there. */
  report(placed: PlacedLine | undefined): void {
    const unnamed = this.#unnamed;
    this.#unnamed = [];
    for (const each of unnamed) this.#nameNow(each);
    for (const { tenant, from, to } of this.#sequences.drain()) {
      const which = from === to
        ? `record ${from} of tenant "${tenant}" is`
        : `records ${from} to ${to} of tenant "${tenant}" are`;
      const more = { tenant, seq: from, lastSeq: to };
      this.#findings.add("missing", `${which} not there`, placed, more);
    }
  }

  #countRecord(covered: Covered, tenant: string, seq: number): void {
    this.records++;
    const fit = this.#sequences.take(tenant, seq);
    if (fit === "late") this.name("reordered", "stands in another place", covered);
    if (fit === "again") this.name("inserted", "is there twice", covered);
    this.#noteStage(covered, tenant, seq);
  }

  #noteStage({ bytes }: Covered, tenant: string, seq: number): void {
    const text = DECODER.decode(bytes);
    if (text.includes('"stage":"received"')) this.#open.add(`${seq} ${tenant}`);
    else if (this.#open.size > 0) this.#open.delete(`${readRecord(text)?.received} ${tenant}`);
  }

  #nameNow({ kind, placed, since, text }: Unnamed): void {
    if (kind === "missing") {
      if (!this.#sequences.lacks(since)) this.#findings.add(kind, text, placed);
      return;
    }
    const claimed = this.#sequences.claim(since);
    if (claimed === undefined) return this.#findings.add(kind, text, placed);
    const { tenant, seq } = claimed;
    const named = `record ${seq} of tenant "${tenant}" is not as it was written`;
    this.#findings.add(kind, named, placed, claimed);
  }
}

/** Reads an audit log from its first line to its last and names what is not as it was written. */
import { type ChainLink, headOf, marksOf, NO_HEAD } from "../chain.ts";
import { readLine } from "../read_line.ts";
import { concat, type Header, type Seal } from "../segment.ts";
import { checkSeal, checkSignature, noteRecovery } from "./check_seal.ts";
import { compareMarks } from "./compare_marks.ts";
import type { Verdict } from "./finding.ts";
import { Findings } from "./findings.ts";
import { Ledger } from "./ledger.ts";
import type { Covered, PlacedLine } from "./placed_line.ts";
import type { SequenceMark } from "./sequences.ts";

/** What is expected of the log, beyond what it says of itself. */
export interface VerifyOptions {
  /** The key that must have signed every seal: 32 bytes as base64url. */
  readonly publicKey?: string | undefined;
  /** A head that must be in the log: of a seal or of a batch. */
  readonly head?: string | undefined;
}

/** The segment that is being read. */
interface Segment {
  readonly number: number;
  /** Undefined when its header is missing or altered. */
  readonly header: Header | undefined;
  batches: number;
  head: string;
  records: number;
}

const DECODER = new TextDecoder();
const NEWLINE = new Uint8Array([10]);

export class Verifier {
  readonly #options: VerifyOptions;
  readonly #findings = new Findings();
  readonly #ledger = new Ledger(this.#findings);
  readonly #keys = new Set<string>();
  #covered: Covered[] = [];
  #segment: Segment | undefined;
  #last: { readonly number: number; readonly hash: string } | undefined;
  #segments = 0;
  #head: string | undefined;
  #headSeen = false;
  #place: PlacedLine | undefined;

  constructor(options: VerifyOptions = {}) {
    this.#options = options;
  }

  /** The next line of the log. */
  take(placed: PlacedLine): void {
    this.#place = placed;
    if (!placed.whole) return this.#torn(placed);
    const line = readLine(DECODER.decode(placed.bytes));
    if (line.kind === "chain") return this.#onChain(line.link, placed);
    if (line.kind === "seal") return this.#onSeal(line.seal, placed);
    if (line.kind === "header") this.#onHeader(line.header, placed);
    this.#covered.push({ ...placed, line });
  }

  /** There are no more lines. `live` tells that the log is still being written. */
  end(live = false): Verdict {
    const sealed = this.#segment === undefined && this.#covered.length === 0;
    if (!sealed) this.#onOpenEnd(live);
    this.#ledger.report(this.#place);
    if (this.#options.head !== undefined && !this.#headSeen) {
      this.#findings.add("missing", `the head ${this.#options.head} is not in the log`, undefined);
    }
    return {
      ok: this.#findings.ok,
      records: this.#ledger.records,
      segments: this.#segments,
      lastSegment: this.#segment?.number ?? this.#last?.number ?? 0,
      head: this.#head,
      sealed,
      keys: [...this.#keys],
      unfinished: this.#ledger.unfinished,
      findings: this.#findings.list,
      more: this.#findings.more,
    };
  }

  #onHeader(header: Header, placed: PlacedLine): void {
    if (this.#segment !== undefined) {
      this.#closeUncovered();
      this.#ledger.report(this.#place);
      this.#findings.add(
        "truncated",
        `segment ${this.#segment.number} ends without a seal`,
        placed,
      );
    }
    const last = this.#last;
    if (last === undefined) {
      if (header.prev !== NO_HEAD) {
        this.#findings.add("note", `the log begins with segment ${header.segment}`, placed);
      }
    } else if (header.segment > last.number + 1) {
      const text = `segments ${last.number + 1} to ${header.segment - 1} are not there`;
      this.#findings.add("missing", text, placed);
    } else if (header.segment !== last.number + 1) {
      const text = `segment ${header.segment} follows segment ${last.number}`;
      this.#findings.add("reordered", text, placed);
    } else if (header.prev !== last.hash) {
      const text = `segment ${header.segment} was not written after this segment ${last.number}`;
      this.#findings.add("altered", text, placed);
    }
    // Before anything was read, what was given before is not missed.
    this.#ledger.startAfter(header.after);
    this.#begin(header.segment, header);
  }

  #begin(number: number, header: Header | undefined): Segment {
    this.#segments++;
    this.#segment = {
      number,
      header,
      batches: 0,
      head: NO_HEAD,
      records: 0,
    };
    return this.#segment;
  }

  /** The segment that a chain line or a seal belongs to, also when its header cannot be read. */
  #ensureSegment(placed: PlacedLine): Segment {
    if (this.#segment !== undefined) return this.#segment;
    const number = (this.#last?.number ?? 0) + 1;
    this.#findings.add("missing", `the first line of segment ${number} is not there`, placed);
    return this.#begin(number, undefined);
  }

  #onChain(link: ChainLink, placed: PlacedLine): void {
    const segment = this.#ensureSegment(placed);
    const skipped = link.number - segment.batches - 1;
    this.#checkPlace(link, segment, placed);
    // What stands before the lines of this batch belongs to batches whose chain line is not there.
    const strays = skipped > 0 ? this.#covered.length - link.count : 0;
    if (strays > 0) this.#takeUnvouched(this.#covered.splice(0, strays));
    const lines = this.#covered;
    this.#covered = [];
    const bytes = concat(lines.flatMap((each) => [each.bytes, NEWLINE]));
    if (lines.length === link.count && headOf(bytes, link) === link.head) {
      for (const each of lines) this.#count(each, segment);
    } else this.#explain(link, lines, bytes, segment, placed);
    segment.batches = link.number;
    segment.head = link.head;
    this.#noteHead(link.head);
  }

  /** A chain line must stand behind the one that it names. */
  #checkPlace(link: ChainLink, segment: Segment, placed: PlacedLine): void {
    const expected = segment.batches + 1;
    if (link.number > expected) {
      const which = link.number - 1 === expected
        ? `batch ${expected} is`
        : `batches ${expected} to ${link.number - 1} are`;
      this.#findings.add("missing", `${which} not there, or without a chain line`, placed);
    } else if (link.number < expected) {
      this.#findings.add(
        "reordered",
        `batch ${link.number} follows batch ${segment.batches}`,
        placed,
      );
    } else if (link.prev !== segment.head) {
      const text = `batch ${link.number} was not written after the one before it`;
      this.#findings.add("altered", text, placed);
    }
  }

  /** The head does not fit: the marks tell which lines are the reason. */
  #explain(
    link: ChainLink,
    lines: readonly Covered[],
    bytes: Uint8Array<ArrayBuffer>,
    segment: Segment,
    placed: PlacedLine,
  ): void {
    let end = 0;
    const ends = lines.map((each) => end += each.bytes.length + 1);
    const was = marksIn(link.marks);
    const { altered, moved, inserted, missing } = compareMarks(
      was,
      marksIn(marksOf({ bytes, ends })),
    );
    const since = this.#ledger.mark();
    const strange = new Set([...altered, ...inserted]);
    for (const each of sortedByNumber(lines.filter((_, i) => !strange.has(i)))) {
      this.#count(each, segment);
    }
    for (const i of altered) this.#countAltered(lines[i]!, segment, since);
    for (const i of moved) this.#ledger.name("reordered", "stands in another place", lines[i]!);
    for (const i of inserted) {
      this.#ledger.name("inserted", "was not written by the log", lines[i]!);
    }
    if (missing > 0) {
      const text = `${missing} of the lines of batch ${link.number} are not there`;
      this.#ledger.lack(placed, since, text);
    } else if (strange.size + moved.length === 0) {
      const text =
        `batch ${link.number} does not fit its hash; the marks do not tell which line it is`;
      this.#findings.add("altered", text, placed);
    }
  }

  #countAltered(covered: Covered, segment: Segment, since: SequenceMark): void {
    if (covered.line.kind !== "header") segment.records++;
    this.#ledger.alter(covered, since);
  }

  #takeUnvouched(lines: readonly Covered[]): void {
    const [first] = lines;
    const text = `${lines.length} lines have no chain line that vouches for them`;
    this.#findings.add("unchained", text, first);
    const segment = this.#ensureSegment(first!);
    for (const each of lines) this.#count(each, segment);
  }

  /** A line that is as it was written. */
  #count(covered: Covered, segment: Segment): void {
    if (covered.line.kind === "record") segment.records++;
    this.#ledger.count(covered);
  }

  #onSeal(seal: Seal, placed: PlacedLine): void {
    const segment = this.#ensureSegment(placed);
    this.#closeUncovered();
    if (checkSeal(seal, segment, placed, this.#findings)) {
      for (const [tenant, { last }] of Object.entries(seal.tenants)) {
        this.#ledger.reach(tenant, last);
      }
    }
    checkSignature(seal, this.#options.publicKey, placed, this.#findings);
    if (seal.key !== undefined) this.#keys.add(seal.key);
    this.#ledger.report(placed);
    noteRecovery(seal, placed, this.#findings);
    this.#last = { number: seal.seal, hash: seal.hash };
    this.#segment = undefined;
    this.#noteHead(seal.hash);
  }

  #torn(placed: PlacedLine): void {
    const text = `the last line is cut off after ${placed.bytes.length} bytes`;
    this.#findings.add("truncated", text, placed);
  }

  #closeUncovered(): void {
    const lines = this.#covered;
    this.#covered = [];
    if (lines.length > 0) this.#takeUnvouched(lines);
  }

  #onOpenEnd(live: boolean): void {
    if (this.#covered.length > 0 && !live) this.#closeUncovered();
    const number = this.#segment?.number ?? (this.#last?.number ?? 0) + 1;
    const at = this.#place;
    if (live) return this.#findings.add("note", `segment ${number} is still being written`, at);
    const text =
      `segment ${number} ends without a seal: the server was killed, or its end was cut off`;
    this.#findings.add("truncated", text, at);
  }

  #noteHead(head: string): void {
    this.#head = head;
    if (head === this.#options.head) this.#headSeen = true;
  }
}

function marksIn(text: string): string[] {
  return text.match(/.{8}/g) ?? [];
}

/** In the order in which they were written, whatever their order now. */
function sortedByNumber(lines: readonly Covered[]): Covered[] {
  const key = ({ line }: Covered) => line.kind === "record" ? line.seq : 0;
  return lines.toSorted((a, b) => key(a) - key(b));
}

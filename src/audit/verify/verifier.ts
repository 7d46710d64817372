/** Reads an audit log from its first line to its last and names what is not as it was written. */
import { LIMITS } from "../../base/limits.ts";
import { type ChainLink, headOf, marksOf, NO_HEAD } from "../chain.ts";
import { type LogLine, readLine, readRecord } from "../read_line.ts";
import { concat, type Header, type Seal, sealHash } from "../segment.ts";
import { isSignatureOf } from "../signer.ts";
import { compareMarks } from "./compare_marks.ts";
import type { Finding, FindingKind, Verdict } from "./finding.ts";
import { type SequenceMark, Sequences } from "./sequences.ts";

/** A line with where it stands. */
export interface PlacedLine {
  /** Without its newline. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly file: string;
  readonly number: number;
  /** False for a last line without a newline. */
  readonly whole: boolean;
}

/** What is expected of the log, beyond what it says of itself. */
export interface VerifyOptions {
  /** The key that must have signed every seal: 32 bytes as base64url. */
  readonly publicKey?: string | undefined;
  /** A head that must be in the log: of a seal or of a batch. */
  readonly head?: string | undefined;
}

/** A line that waits for its chain line. */
interface Covered extends PlacedLine {
  readonly line: LogLine;
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
const NEWLINE = new Uint8Array([10]);

export class Verifier {
  readonly #options: VerifyOptions;
  readonly #findings: Finding[] = [];
  #more = 0;
  #bad = false;
  readonly #sequences = new Sequences();
  readonly #open = new Map<string, number>();
  readonly #keys = new Set<string>();
  #covered: Covered[] = [];
  #unnamed: Unnamed[] = [];
  #segment: Segment | undefined;
  #last: { readonly number: number; readonly hash: string } | undefined;
  #records = 0;
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
    this.#reportMissing();
    if (this.#options.head !== undefined && !this.#headSeen) {
      this.#find("missing", `the head ${this.#options.head} is not in the log`, undefined);
    }
    return {
      ok: !this.#bad,
      records: this.#records,
      segments: this.#segments,
      lastSegment: this.#segment?.number ?? this.#last?.number ?? 0,
      head: this.#head,
      sealed,
      keys: [...this.#keys],
      unfinished: this.#open.size,
      findings: this.#findings,
      more: this.#more,
    };
  }

  #onHeader(header: Header, placed: PlacedLine): void {
    if (this.#segment !== undefined) {
      this.#closeUncovered();
      this.#reportMissing();
      this.#find("truncated", `segment ${this.#segment.number} ends without a seal`, placed);
    }
    const last = this.#last;
    if (last === undefined) {
      if (header.prev !== NO_HEAD) {
        this.#find("note", `the log begins with segment ${header.segment}`, placed);
      }
    } else if (header.segment > last.number + 1) {
      const text = `segments ${last.number + 1} to ${header.segment - 1} are not there`;
      this.#find("missing", text, placed);
    } else if (header.segment !== last.number + 1) {
      const text = `segment ${header.segment} follows segment ${last.number}`;
      this.#find("reordered", text, placed);
    } else if (header.prev !== last.hash) {
      const text = `segment ${header.segment} was not written after this segment ${last.number}`;
      this.#find("altered", text, placed);
    }
    // Before anything was read, what was given before is not missed.
    this.#sequences.startAfter(header.after);
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
    this.#find("missing", `the first line of segment ${number} is not there`, placed);
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
      this.#find("missing", `${which} not there, or without a chain line`, placed);
    } else if (link.number < expected) {
      this.#find("reordered", `batch ${link.number} follows batch ${segment.batches}`, placed);
    } else if (link.prev !== segment.head) {
      const text = `batch ${link.number} was not written after the one before it`;
      this.#find("altered", text, placed);
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
    const since = this.#sequences.mark();
    const strange = new Set([...altered, ...inserted]);
    for (const each of sortedByNumber(lines.filter((_, i) => !strange.has(i)))) {
      this.#count(each, segment);
    }
    for (const i of altered) this.#noteAltered(lines[i]!, segment, since);
    for (const i of moved) this.#nameLine("reordered", "stands in another place", lines[i]!);
    for (const i of inserted) this.#nameLine("inserted", "was not written by the log", lines[i]!);
    if (missing > 0) {
      const text = `${missing} of the lines of batch ${link.number} are not there`;
      this.#unnamed.push({ kind: "missing", placed, since, text });
    } else if (strange.size + moved.length === 0) {
      const text =
        `batch ${link.number} does not fit its hash; the marks do not tell which line it is`;
      this.#find("altered", text, placed);
    }
  }

  /** A line that was altered says nothing that can be trusted; its number is one that is missing. */
  #noteAltered(covered: Covered, segment: Segment, since: SequenceMark): void {
    if (covered.line.kind === "header") {
      return this.#find("altered", "the segment's first line is not as it was written", covered);
    }
    segment.records++;
    const text = "a line is not as it was written";
    this.#unnamed.push({ kind: "altered", placed: covered, since, text });
  }

  #nameLine(kind: FindingKind, what: string, covered: Covered): void {
    const { line } = covered;
    if (line.kind !== "record") return this.#find(kind, `a line ${what}`, covered);
    const text = `record ${line.seq} of tenant "${line.tenant}" ${what}`;
    this.#find(kind, text, covered, { tenant: line.tenant, seq: line.seq });
  }

  #takeUnvouched(lines: readonly Covered[]): void {
    const [first] = lines;
    const text = `${lines.length} lines have no chain line that vouches for them`;
    this.#find("unchained", text, first);
    const segment = this.#ensureSegment(first!);
    for (const each of lines) this.#count(each, segment);
  }

  /** A line that is as it was written. */
  #count(covered: Covered, segment: Segment): void {
    const { line } = covered;
    switch (line.kind) {
      case "record":
        this.#countRecord(covered, line, segment);
        break;
      case "gap":
        this.#find("dropped", `the server itself dropped ${line.records} records here`, covered);
        break;
      case "foreign":
        this.#find("inserted", "a line that gomcp does not write", covered);
        break;
    }
  }

  #countRecord(
    covered: Covered,
    { tenant, seq }: { readonly tenant: string; readonly seq: number },
    segment: Segment,
  ): void {
    this.#records++;
    segment.records++;
    const fit = this.#sequences.take(tenant, seq);
    if (fit === "late") this.#nameLine("reordered", "stands in another place", covered);
    if (fit === "again") this.#nameLine("inserted", "is there twice", covered);
    this.#noteStage(covered, tenant, seq);
  }

  /** Calls that came in and have not ended. */
  #noteStage({ bytes }: Covered, tenant: string, seq: number): void {
    const text = DECODER.decode(bytes);
    if (text.includes('"stage":"received"')) this.#open.set(`${seq} ${tenant}`, seq);
    else if (this.#open.size > 0) this.#open.delete(`${readRecord(text)?.received} ${tenant}`);
  }

  #onSeal(seal: Seal, placed: PlacedLine): void {
    const segment = this.#ensureSegment(placed);
    if (this.#covered.length > 0) this.#closeUncovered();
    const { hash, signature, ...body } = seal;
    if (sealHash(body) !== hash) this.#find("altered", `the seal of segment ${seal.seal}`, placed);
    else {
      this.#compareSeal(seal, segment, placed);
      for (const [tenant, { last }] of Object.entries(seal.tenants)) {
        this.#sequences.reach(tenant, last);
      }
    }
    this.#checkSignature(seal, signature, placed);
    this.#reportMissing(placed);
    if (seal.recovered !== undefined) {
      const { tornBytes, unchained } = seal.recovered;
      const text = `segment ${seal.seal} was ended by a crash and sealed by the next start: ` +
        `${unchained} lines had no chain line, ${tornBytes} bytes of a torn line were kept aside`;
      this.#find("note", text, placed);
    }
    this.#last = { number: seal.seal, hash };
    this.#segment = undefined;
    this.#noteHead(hash);
  }

  #compareSeal(seal: Seal, segment: Segment, placed: PlacedLine): void {
    if (seal.seal !== segment.number) {
      const text = `the seal of segment ${seal.seal} stands in segment ${segment.number}`;
      return this.#find("reordered", text, placed);
    }
    if (seal.head === segment.head && seal.batches === segment.batches) return;
    const text = `segment ${seal.seal} was sealed with ${seal.batches} batches and ` +
      `${seal.records} records; ${segment.batches} batches and ${segment.records} records are there`;
    this.#find("truncated", text, placed);
  }

  #checkSignature(seal: Seal, signature: string | undefined, placed: PlacedLine): void {
    const { publicKey } = this.#options;
    if (publicKey !== undefined && seal.key !== publicKey) {
      const by = seal.key === undefined ? "is not signed" : `is signed by ${seal.key}`;
      this.#find("signature", `the seal of segment ${seal.seal} ${by}`, placed);
    }
    if (seal.key === undefined && signature === undefined) return;
    if (seal.key !== undefined) this.#keys.add(seal.key);
    if (isSignatureOf(seal.key ?? "", seal.hash, signature ?? "")) return;
    this.#find("signature", `the seal of segment ${seal.seal} has a wrong signature`, placed);
  }

  #torn(placed: PlacedLine): void {
    const text = `the last line is cut off after ${placed.bytes.length} bytes`;
    this.#find("truncated", text, placed);
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
    if (live) return this.#find("note", `segment ${number} is still being written`, at);
    const text =
      `segment ${number} ends without a seal: the server was killed, or its end was cut off`;
    this.#find("truncated", text, at);
  }

  /** At the end of a segment all numbers are known. */
  #reportMissing(placed?: PlacedLine): void {
    const unnamed = this.#unnamed;
    this.#unnamed = [];
    for (const each of unnamed) this.#nameNow(each);
    for (const { tenant, from, to } of this.#sequences.drain()) {
      const which = from === to
        ? `record ${from} of tenant "${tenant}" is`
        : `records ${from} to ${to} of tenant "${tenant}" are`;
      const more = { tenant, seq: from, lastSeq: to };
      this.#find("missing", `${which} not there`, placed ?? this.#place, more);
    }
  }

  #nameNow({ kind, placed, since, text }: Unnamed): void {
    if (kind === "missing") {
      if (!this.#sequences.lacks(since)) this.#find(kind, text, placed);
      return;
    }
    const claimed = this.#sequences.claim(since);
    if (claimed === undefined) return this.#find(kind, text, placed);
    const { tenant, seq } = claimed;
    this.#find(
      kind,
      `record ${seq} of tenant "${tenant}" is not as it was written`,
      placed,
      claimed,
    );
  }

  #noteHead(head: string): void {
    this.#head = head;
    if (head === this.#options.head) this.#headSeen = true;
  }

  #find(
    kind: FindingKind,
    text: string,
    placed: PlacedLine | undefined,
    more: Pick<Finding, "tenant" | "seq" | "lastSeq"> = {},
  ): void {
    if (kind !== "note") this.#bad = true;
    if (this.#findings.length >= LIMITS.auditFindingsMax) this.#more++;
    else this.#findings.push({ kind, text, file: placed?.file, line: placed?.number, ...more });
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

/** Finds where an audit file ends, and what a crash has left of its last segment. */
import type { Lines } from "../../audit/batch.ts";
import { NO_HEAD } from "../../audit/chain.ts";
import { readLine } from "../../audit/read_line.ts";
import { concat, type SegmentState, type TenantCount } from "../../audit/segment.ts";
import { GomcpError } from "../../base/errors.ts";
import { type FileLine, readLines } from "./read_lines.ts";

/** The end of an audit file. */
export interface LogEnd {
  /** The last segment. */
  readonly state: SegmentState;
  /** The hash of its seal; undefined when a crash left none. */
  readonly sealHash: string | undefined;
  /** Whole lines after the last chain line. */
  readonly unchained: Lines;
  /** Where a line begins that was not written to its end. */
  readonly tornAt: number | undefined;
}

/** A file that holds the beginning of its first line and nothing else. */
export interface NoSegment {
  readonly tornAt: 0;
  readonly state?: undefined;
}

/**
 * Reads a file to its end; undefined when there is nothing in it.
 *
 * @throws {GomcpError} `invalid_request` when it is something else than an audit log.
 */
export async function findEnd(
  file: Deno.FsFile,
  path: string,
): Promise<LogEnd | NoSegment | undefined> {
  const scan = new Scan(path);
  for await (const line of readLines(file)) scan.take(line);
  return scan.end();
}

const DECODER = new TextDecoder();
const FIRST = '{"segment":';
const NEWLINE = new Uint8Array([10]);

class Scan {
  readonly #path: string;
  #state: SegmentState | undefined;
  #sealHash: string | undefined;
  #tenants = new Map<string, TenantCount>();
  #records = 0;
  #open: Uint8Array[] = [];
  #tornAt: number | undefined;
  #tornHeader = false;
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
  }

  take({ bytes, offset, whole }: FileLine): void {
    this.#lines++;
    const text = DECODER.decode(bytes);
    if (!whole) {
      this.#tornAt = offset;
      this.#tornHeader = this.#lines === 1 && isBeginning(text);
      return;
    }
    const line = readLine(text);
    if (this.#lines === 1 && line.kind !== "header") throw this.#refusal();
    switch (line.kind) {
      case "header":
        for (const [name, last] of Object.entries(line.header.after)) {
          this.#tenants.set(name, { records: 0, last });
        }
        this.#begin(line.header.segment, line.header.prev);
        break;
      case "record":
        this.#records++;
        this.#tenants.set(line.tenant, {
          records: (this.#tenants.get(line.tenant)?.records ?? 0) + 1,
          last: line.seq,
        });
        break;
      case "chain":
        this.#state = { ...this.#state!, batches: line.link.number, head: line.link.head };
        this.#open = [];
        return;
      case "seal":
        this.#sealHash = line.seal.hash;
        for (const [name, count] of Object.entries(line.seal.tenants)) {
          this.#tenants.set(name, count);
        }
        this.#open = [];
        return;
    }
    this.#open.push(bytes.slice());
  }

  end(): LogEnd | NoSegment | undefined {
    if (this.#lines === 0) return undefined;
    if (this.#tornHeader) return { tornAt: 0 };
    if (this.#state === undefined) throw this.#refusal();
    const state = { ...this.#state, records: this.#records, tenants: this.#tenants };
    return {
      state,
      sealHash: this.#sealHash,
      unchained: linesOf(this.#open),
      tornAt: this.#tornAt,
    };
  }

  #begin(number: number, prev: string): void {
    const tenants = [...this.#tenants].map(([name, { last }]) =>
      [name, { records: 0, last }] as const
    );
    this.#tenants = new Map(tenants);
    this.#records = 0;
    this.#sealHash = undefined;
    this.#open = [];
    const none = { head: NO_HEAD, batches: 0, records: 0, tenants: this.#tenants };
    this.#state = { number, prev, ...none };
  }

  #refusal(): GomcpError {
    const text = `Cannot write audit log ${this.#path}: it holds something else already, ` +
      "expected an audit log or no file";
    return new GomcpError("invalid_request", text);
  }
}

/** Of the first line of a log, however little of it. */
function isBeginning(text: string): boolean {
  return text.startsWith(FIRST) || FIRST.startsWith(text);
}

function linesOf(all: readonly Uint8Array[]): Lines {
  let end = 0;
  const ends = all.map(({ length }) => end += length + 1);
  return { bytes: concat(all.flatMap((bytes) => [bytes, NEWLINE])), ends };
}

/**
 * A segment: what is written between two rotations. It begins with a line that names the
 * segment before it and ends with a seal, so that nothing can be missing at either end.
 */
import { createHash } from "node:crypto";
import { type AuditBatch, type Lines, writeLine, writeLines } from "./batch.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import { type ChainLink, linkOf, NO_HEAD, renderLink } from "./chain.ts";
import type { AuditRecord } from "./record.ts";
import type { AuditSigner } from "./signer.ts";

/** What a segment knows of a tenant. */
export interface TenantCount {
  /** Records in this segment. */
  readonly records: number;
  /** The last number that was given, in this segment or before. */
  readonly last: number;
}

/** What a crash left behind, as the next start found it. */
export interface Recovered {
  /** Bytes of a line that was not written to its end. */
  readonly tornBytes: number;
  /** Whole lines that no chain line vouched for. */
  readonly unchained: number;
}

/** The first line of a segment. */
export interface Header {
  readonly segment: number;
  readonly version: 1;
  readonly time: string;
  /** The hash of the seal of the segment before. */
  readonly prev: string;
  /** The last numbers that were given before, by tenant; of others the first is 1. */
  readonly after: Readonly<Record<string, number>>;
}

/** The last line of a segment. */
export interface Seal {
  readonly seal: number;
  readonly time: string;
  readonly records: number;
  readonly batches: number;
  readonly tenants: Readonly<Record<string, TenantCount>>;
  /** The head of the last batch. */
  readonly head: string;
  readonly recovered?: Recovered;
  /** The public key, where the seal is signed: 32 bytes as base64url. */
  readonly key?: string;
  /** SHA-256 over all of the above. */
  readonly hash: string;
  /** Ed25519 over the hash. */
  readonly signature?: string;
}

/** Bytes to be written, good until the next ones are made, and what holds once they are written. */
export interface Staged {
  readonly bytes: Uint8Array<ArrayBuffer>;
  apply(): void;
}

/** Where a segment stands. */
export interface SegmentState {
  readonly number: number;
  /** What its header names. */
  readonly prev: string;
  readonly head: string;
  readonly batches: number;
  readonly records: number;
  readonly tenants: ReadonlyMap<string, TenantCount>;
}

/** The state before the header is written. */
export function newSegment(
  number: number,
  prev: string,
  sequences: ReadonlyMap<string, number>,
): SegmentState {
  const tenants = [...sequences].map(([name, last]) => [name, { records: 0, last }] as const);
  return { number, prev, head: NO_HEAD, batches: 0, records: 0, tenants: new Map(tenants) };
}

/** Adds the lines of a batch. */
type LineWriter = (buffer: ByteBuffer) => Lines;

/** Makes the bytes of a segment; its state moves on only when they are written. */
export class SegmentWriter {
  #state: SegmentState;
  readonly #buffer: ByteBuffer;

  constructor(state: SegmentState, buffer: ByteBuffer = new ByteBuffer()) {
    this.#state = state;
    this.#buffer = buffer;
  }

  /** The writer of the segment after this one. */
  after(sealHash: string): SegmentWriter {
    const { number, tenants } = this.#state;
    const sequences = new Map([...tenants].map(([name, { last }]) => [name, last]));
    return new SegmentWriter(newSegment(number + 1, sealHash, sequences), this.#buffer);
  }

  get state(): SegmentState {
    return this.#state;
  }

  header(wallMs: number): Staged {
    const { number, prev, tenants } = this.#state;
    const time = new Date(wallMs).toISOString();
    const after = Object.fromEntries([...tenants].map(([name, { last }]) => [name, last]));
    const text = headerText({ segment: number, version: 1, time, prev, after });
    return this.#chained([(buffer) => writeLine(text, buffer)]);
  }

  /** `dropped` are records that are missing before these. */
  records(batches: readonly AuditBatch[], dropped: number): Staged {
    const all = batches.map(({ records }): LineWriter => (buffer) => writeLines(records, buffer));
    if (dropped > 0) all.unshift((buffer) => writeLine(gapText(dropped), buffer));
    const staged = this.#chained(all);
    return {
      bytes: staged.bytes,
      apply: () => {
        staged.apply();
        this.#count(batches);
      },
    };
  }

  /** Vouches for lines that stand there already; their number counts as it was read. */
  adopt(lines: Lines): Staged {
    const { batches, head } = this.#state;
    const link = linkOf(lines, batches + 1, head);
    return { bytes: new TextEncoder().encode(renderLink(link)), apply: () => this.#apply(link) };
  }

  /** The seal, and its hash, which the next segment names. */
  seal(
    wallMs: number,
    signer: AuditSigner | undefined,
    recovered?: Recovered,
  ): { readonly bytes: Uint8Array<ArrayBuffer>; readonly hash: string } {
    const { number, records, batches, tenants, head } = this.#state;
    const body: Omit<Seal, "hash"> = {
      seal: number,
      time: new Date(wallMs).toISOString(),
      records,
      batches,
      tenants: Object.fromEntries(tenants),
      head,
      ...(recovered !== undefined && { recovered }),
      ...(signer !== undefined && { key: signer.publicKey }),
    };
    const hash = sealHash(body);
    const signature = signer?.sign(hash);
    const seal = { ...body, hash, ...(signature !== undefined && { signature }) };
    return { bytes: new TextEncoder().encode(sealText(seal)), hash };
  }

  #chained(all: readonly LineWriter[]): Staged {
    const buffer = this.#buffer;
    buffer.clear();
    let link: Pick<ChainLink, "number" | "head"> = {
      number: this.#state.batches,
      head: this.#state.head,
    };
    for (const write of all) {
      const next = linkOf(write(buffer), link.number + 1, link.head);
      buffer.text(renderLink(next));
      link = next;
    }
    return { bytes: buffer.bytes, apply: () => this.#apply(link) };
  }

  #apply({ number, head }: Pick<ChainLink, "number" | "head">): void {
    this.#state = { ...this.#state, batches: number, head };
  }

  #count(batches: readonly AuditBatch[]): void {
    const tenants = this.#state.tenants as Map<string, TenantCount>;
    let { records: counted } = this.#state;
    for (const { records } of batches) {
      counted += records.length;
      for (let start = 0; start < records.length;) {
        const end = endOfTenant(records, start);
        const { tenant, seq } = records[end - 1]!;
        const before = tenants.get(tenant)?.records ?? 0;
        tenants.set(tenant, { records: before + end - start, last: seq });
        start = end;
      }
    }
    this.#state = { ...this.#state, records: counted };
  }
}

/** Records of one tenant mostly follow each other: they are counted at once. */
function endOfTenant(records: readonly AuditRecord[], start: number): number {
  const { tenant } = records[start]!;
  let end = start + 1;
  while (end < records.length && records[end]!.tenant === tenant) end++;
  return end;
}

/** The text of a header, with its newline. */
export function headerText({ segment, version, time, prev, after }: Header): string {
  return JSON.stringify({ segment, version, time, prev, after }) + "\n";
}

/** Says how many records were dropped before this place. */
export function gapText(records: number): string {
  return `{"gap":${records}}\n`;
}

/** The text of a seal, with its newline. */
export function sealText(seal: Seal): string {
  const { hash, signature, ...body } = seal;
  const tail = signature === undefined ? "" : `,"signature":"${signature}"`;
  return `${sealPrefix(body)},"hash":"${hash}"${tail}}\n`;
}

/** What a seal's hash is. */
export function sealHash(body: Omit<Seal, "hash" | "signature">): string {
  return createHash("sha256").update(sealPrefix(body)).digest("hex");
}

function sealPrefix(body: Omit<Seal, "hash" | "signature">): string {
  return JSON.stringify(body).slice(0, -1);
}

/** Puts bytes one behind the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

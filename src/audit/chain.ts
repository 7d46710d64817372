/**
 * The hash chain: each batch of lines is followed by a line that vouches for it and for the
 * batch before.
 *
 *     {"chain":7,"count":2,"prev":"<head of 6>","marks":"<4 bytes a line>","head":"<hash>"}
 *
 * `head` is SHA-256 over the bytes of the batch's lines and of the chain line up to `head`. The
 * marks are a fast checksum of each line, so that a broken batch tells which line is broken;
 * what is proved is proved by the head alone.
 */
import { createHash } from "node:crypto";
import type { Lines } from "./batch.ts";

/** What the first chain of a log stands on. */
export const NO_HEAD: string = "0".repeat(64);

/** A chain line as data. */
export interface ChainLink {
  /** Counts the batches of a segment from 1. */
  readonly number: number;
  /** How many lines it vouches for. */
  readonly count: number;
  /** The head of the batch before. */
  readonly prev: string;
  /** The marks of the lines, eight hex digits each. */
  readonly marks: string;
  /** The hash over all of this. */
  readonly head: string;
}

/** Vouches for lines. */
export function linkOf(lines: Lines, number: number, prev: string): ChainLink {
  const link = { number, count: lines.ends.length, prev, marks: marksOf(lines) };
  return { ...link, head: headOf(lines.bytes, link) };
}

/** The hash over a batch's lines and what its chain line says. */
export function headOf(bytes: Uint8Array, link: Omit<ChainLink, "head">): string {
  return createHash("sha256").update(bytes).update(linkPrefix(link)).digest("hex");
}

/** The chain line, with its newline. */
export function renderLink(link: ChainLink): string {
  return `${linkPrefix(link)},"head":"${link.head}"}\n`;
}

function linkPrefix({ number, count, prev, marks }: Omit<ChainLink, "head">): string {
  return `{"chain":${number},"count":${count},"prev":"${prev}","marks":"${marks}"`;
}

/** Reads a chain line; undefined unless it is exactly what `renderLink` writes. */
export function parseLink(text: string): ChainLink | undefined {
  const match =
    /^\{"chain":(\d{1,15}),"count":(\d{1,9}),"prev":"([0-9a-f]{64})","marks":"([0-9a-f]*)","head":"([0-9a-f]{64})"\}$/
      .exec(text);
  if (match === null) return undefined;
  const [, number, count, prev, marks, head] = match as unknown as Required<string[]>;
  const link: ChainLink = {
    number: Number(number),
    count: Number(count),
    prev: prev!,
    marks: marks!,
    head: head!,
  };
  return renderLink(link) === text + "\n" ? link : undefined;
}

/** The marks of all lines, in order. */
export function marksOf({ bytes, ends }: Lines): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const marks = new Uint8Array(ends.length * 4);
  const out = new DataView(marks.buffer);
  let start = 0;
  for (let i = 0; i < ends.length; i++) {
    const end = ends[i]!;
    out.setInt32(i * 4, mark(view, start, end));
    start = end;
  }
  return marks.toHex();
}

const FACTOR = 0x9e3779b1;

/**
 * Four sums side by side, since each step waits for the one before. A step maps its sum one to
 * one for each word that goes in, and so does the end; so lines of one length that differ in
 * one place never have the same mark.
 */
function mark(view: DataView, start: number, end: number): number {
  let first = end - start;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    first = Math.imul(first ^ view.getInt32(at, true), FACTOR);
    second = Math.imul(second ^ view.getInt32(at + 4, true), FACTOR);
    third = Math.imul(third ^ view.getInt32(at + 8, true), FACTOR);
    fourth = Math.imul(fourth ^ view.getInt32(at + 12, true), FACTOR);
  }
  for (; at < end; at++) first = Math.imul(first ^ view.getUint8(at), FACTOR);
  return mix(mix(mix(mix(first) ^ second) ^ third) ^ fourth);
}

function mix(sum: number): number {
  return Math.imul(sum ^ (sum >>> 15), FACTOR);
}

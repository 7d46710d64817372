/** The lines of an audit log, read back. */
import { isRecord } from "../base/json.ts";
import { type ChainLink, parseLink } from "./chain.ts";
import type { AuditRecord } from "./record.ts";
import { gapText, type Header, headerText, type Seal, sealText } from "./segment.ts";

/** A line by what it is; `foreign` is none that gomcp writes. */
export type LogLine =
  | { readonly kind: "record"; readonly seq: number; readonly tenant: string }
  | { readonly kind: "header"; readonly header: Header }
  | { readonly kind: "chain"; readonly link: ChainLink }
  | { readonly kind: "seal"; readonly seal: Seal }
  | { readonly kind: "gap"; readonly records: number }
  | { readonly kind: "foreign" };

/** A record as it was read: values are values, not text. */
export type ReadRecord = Omit<AuditRecord, "time" | "args" | "result"> & {
  readonly time: string;
  readonly args?: unknown;
  readonly result?: unknown;
};

const FOREIGN: LogLine = { kind: "foreign" };
const RECORD =
  /^\{"seq":(\d{1,15}),"time":"[^"]*","stage":"[a-z]+","decision":"[a-z]+","code":"[a-z_]+","tenant":("(?:[^"\\]|\\.)*"),/;

/** Tells what a line is, without its newline. Only what is byte for byte as it is written counts. */
export function readLine(text: string): LogLine {
  if (text.startsWith('{"seq":')) return readNumber(text);
  if (text.startsWith('{"chain":')) {
    const link = parseLink(text);
    return link === undefined ? FOREIGN : { kind: "chain", link };
  }
  const value = parsed(text);
  if (value === undefined) return FOREIGN;
  if (isHeader(value)) {
    return same(() => headerText(value), text) ? { kind: "header", header: value } : FOREIGN;
  }
  if (isSeal(value)) {
    return same(() => sealText(value), text) ? { kind: "seal", seal: value } : FOREIGN;
  }
  if (typeof value.gap === "number" && gapText(value.gap) === text + "\n") {
    return { kind: "gap", records: value.gap };
  }
  return FOREIGN;
}

/** The record of a line, without its newline; undefined when it is none. */
export function readRecord(text: string): ReadRecord | undefined {
  if (!text.startsWith('{"seq":')) return undefined;
  return parsed(text) as ReadRecord | undefined;
}

/** Faster than JSON for the two members that order records. */
function readNumber(text: string): LogLine {
  const match = RECORD.exec(text);
  const tenant = match === null ? undefined : parsedText(match[2]!);
  if (tenant === undefined) return FOREIGN;
  return { kind: "record", seq: Number(match![1]), tenant };
}

function parsedText(json: string): string | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHeader(value: unknown): value is Header {
  return isRecord(value) && typeof value.segment === "number" && typeof value.prev === "string" &&
    isRecord(value.after) && Object.values(value.after).every((last) => typeof last === "number");
}

function isSeal(value: unknown): value is Seal {
  return isRecord(value) && typeof value.seal === "number" && typeof value.head === "string" &&
    typeof value.hash === "string" && isRecord(value.tenants) &&
    Object.values(value.tenants).every((count) =>
      isRecord(count) && typeof count.last === "number"
    ) &&
    (value.recovered === undefined || isRecord(value.recovered)) &&
    (value.key === undefined || typeof value.key === "string") &&
    (value.signature === undefined || typeof value.signature === "string");
}

function same(render: () => string, text: string): boolean {
  try {
    return render() === text + "\n";
  } catch {
    return false;
  }
}

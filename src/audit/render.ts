/**
 * A record as a line of JSON. Runs for every record, so what repeats from record to record (who
 * calls, and the time up to its last digit) is made once and copied.
 */
import type { ByteBuffer } from "./byte_buffer.ts";
import { NUMBER_BYTES_MAX, putNumber, putShort } from "./put.ts";
import type { AuditRecord } from "./record.ts";

const ENCODER = new TextEncoder();
const bytesOf = (text: string): Uint8Array => ENCODER.encode(text);

const SEQ = bytesOf('{"seq":');
const ID = bytesOf(',"id":');
const DURATION = bytesOf(',"durationUs":');
const ARG_BYTES = bytesOf(',"argBytes":');
const RESULT_BYTES = bytesOf(',"resultBytes":');
const RECEIVED = bytesOf(',"received":');
const BATCH = bytesOf(',"batch":');
const END = bytesOf("}\n");

/** All of a line but the middle, a text as id, and values: names and numbers. */
const NUMBERS_BYTES_MAX = 7 * NUMBER_BYTES_MAX + 64;

/** Adds the line, with its newline. It begins with `{"seq":`, as no other kind of line does. */
export function writeRecord(record: AuditRecord, out: ByteBuffer): void {
  const { id } = record;
  const middle = middleOf(record);
  const idText = typeof id === "string" && id !== "" ? bytesOf(JSON.stringify(id)) : undefined;
  const bytes = out.room(middle.length + NUMBERS_BYTES_MAX + (idText?.length ?? 0));
  let at = putShort(SEQ, bytes, out.length);
  at = putNumber(record.seq, bytes, at);
  bytes.set(middle, at);
  at += middle.length;
  if (typeof id === "number") at = putMember(ID, id, bytes, at);
  else if (idText !== undefined) {
    at = putShort(ID, bytes, at);
    bytes.set(idText, at);
    at += idText.length;
  }
  at = putMember(DURATION, record.durationUs, bytes, at);
  at = putMember(ARG_BYTES, record.argBytes, bytes, at);
  at = putMember(RESULT_BYTES, record.resultBytes, bytes, at);
  at = putMember(RECEIVED, record.received, bytes, at);
  at = putMember(BATCH, record.batch, bytes, at);
  if (!hasValues(record)) return out.endAt(putShort(END, bytes, at));
  out.endAt(at);
  writeValues(record, out);
}

function putMember(
  name: Uint8Array,
  value: number | undefined,
  bytes: Uint8Array,
  at: number,
): number {
  return value === undefined ? at : putNumber(value, bytes, putShort(name, bytes, at));
}

/** What only some levels have. */
function hasValues({ argHash, resultHash, args, result, redacted }: AuditRecord): boolean {
  return redacted === true || argHash !== undefined || resultHash !== undefined ||
    args !== undefined || result !== undefined;
}

function writeValues(record: AuditRecord, out: ByteBuffer): void {
  const { argHash, resultHash, args, result } = record;
  if (argHash !== undefined) out.text(`,"argHash":"${argHash}"`);
  if (resultHash !== undefined) out.text(`,"resultHash":"${resultHash}"`);
  if (record.redacted === true) out.text(',"redacted":true');
  if (args !== undefined) out.text(`,"args":${args}`);
  if (result !== undefined) out.text(`,"result":${result}`);
  out.text("}\n");
}

let middleMs = -1;
let middle: Uint8Array = new Uint8Array();
let middleWho: Who | undefined;
let middleStage = "";
let middleDecision = "";
let middleCode = "";

/** When, how it ended and who it was: at a thousand calls a millisecond, mostly the same as before. */
function middleOf(record: AuditRecord): Uint8Array {
  const who = whoOf(record);
  const { stage, decision, code } = record;
  const ms = Math.floor(record.time);
  const isSame = ms === middleMs && who === middleWho && stage === middleStage &&
    decision === middleDecision && code === middleCode;
  if (isSame) return middle;
  middleMs = ms;
  middleWho = who;
  middleStage = stage;
  middleDecision = decision;
  middleCode = code;
  const text = `,"time":"${isoTime(ms)}","stage":"${stage}","decision":"${decision}",` +
    `"code":"${code}",${who.text}`;
  middle = ENCODER.encode(text);
  return middle;
}

/** A copy of what a record says of its caller: the record's memory is used again. */
type Caller = Pick<
  AuditRecord,
  "tenant" | "adapter" | "client" | "clientVersion" | "address" | "kind" | "tool"
>;

interface Who {
  readonly caller: Caller;
  readonly text: string;
}

const WHO_MAX = 1_000;
/** The last caller of each tool: names that clients make up must not fill the memory. */
const whoTexts = new Map<string, Who>();

function whoOf(record: AuditRecord): Who {
  const known = whoTexts.get(record.tool);
  if (known !== undefined && isSameCaller(known.caller, record)) return known;
  if (whoTexts.size >= WHO_MAX) whoTexts.clear();
  const { tenant, adapter, client, clientVersion, address, kind, tool } = record;
  const caller: Caller = { tenant, adapter, client, clientVersion, address, kind, tool };
  const made = { caller, text: JSON.stringify(caller).slice(1, -1) };
  whoTexts.set(tool, made);
  return made;
}

function isSameCaller(a: Caller, b: Caller): boolean {
  return a.tenant === b.tenant && a.client === b.client && a.adapter === b.adapter &&
    a.kind === b.kind && a.clientVersion === b.clientVersion && a.address === b.address;
}

let second = -1;
let secondText = "";

/** `toISOString` costs as much as all the rest; the second is the same for many. */
function isoTime(ms: number): string {
  const whole = Math.floor(ms / 1_000);
  if (whole !== second) {
    second = whole;
    secondText = new Date(whole * 1_000).toISOString().slice(0, 20);
  }
  const millis = ms - whole * 1_000;
  return secondText + (millis < 10 ? "00" : millis < 100 ? "0" : "") + millis + "Z";
}

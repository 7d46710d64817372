/**
 * A record as a line of JSON. Runs for every record, so what repeats from record to record (who
 * calls, and the time up to its last digit) is made once and copied.
 */
import type { ByteBuffer } from "./byte_buffer.ts";
import type { AuditRecord } from "./record.ts";

/** Adds the line, with its newline. It begins with `{"seq":`, as no other kind of line does. */
export function writeRecord(record: AuditRecord, out: ByteBuffer): void {
  out.ascii('{"seq":');
  out.number(record.seq);
  out.copy(middleOf(record));
  const { id } = record;
  if (typeof id === "number") writeMember(',"id":', id, out);
  else if (id !== undefined && id !== "") out.text(`,"id":${JSON.stringify(id)}`);
  writeMember(',"durationUs":', record.durationUs, out);
  writeMember(',"argBytes":', record.argBytes, out);
  writeMember(',"resultBytes":', record.resultBytes, out);
  writeMember(',"received":', record.received, out);
  writeValues(record, out);
  out.ascii("}\n");
}

function writeMember(key: string, value: number | undefined, out: ByteBuffer): void {
  if (value === undefined) return;
  out.ascii(key);
  out.number(value);
}

/** What only some levels have. */
function writeValues(record: AuditRecord, out: ByteBuffer): void {
  const { argHash, resultHash, args, result } = record;
  if (argHash !== undefined) out.text(`,"argHash":"${argHash}"`);
  if (resultHash !== undefined) out.text(`,"resultHash":"${resultHash}"`);
  if (record.redacted === true) out.ascii(',"redacted":true');
  if (args !== undefined) out.text(`,"args":${args}`);
  if (result !== undefined) out.text(`,"result":${result}`);
}

const ENCODER = new TextEncoder();

let middleMs = -1;
let middle = new Uint8Array();
let middleWho: Who | undefined;
let middleStage = "";
let middleCode = "";

/** When, how it ended and who it was: at a thousand calls a millisecond, mostly the same as before. */
function middleOf(record: AuditRecord): Uint8Array {
  const who = whoOf(record);
  const { stage, code } = record;
  const ms = Math.floor(record.time);
  if (ms === middleMs && who === middleWho && stage === middleStage && code === middleCode) {
    return middle;
  }
  middleMs = ms;
  middleWho = who;
  middleStage = stage;
  middleCode = code;
  const text = `,"time":"${isoTime(ms)}","stage":"${stage}","decision":"${record.decision}",` +
    `"code":"${code}",${who.text}`;
  middle = ENCODER.encode(text);
  return middle;
}

interface Who {
  readonly record: AuditRecord;
  readonly text: string;
}

const WHO_MAX = 1_000;
/** The last caller of each tool: names that clients make up must not fill the memory. */
const whoTexts = new Map<string, Who>();

function whoOf(record: AuditRecord): Who {
  const known = whoTexts.get(record.tool);
  if (known !== undefined && isSameCaller(known.record, record)) return known;
  if (whoTexts.size >= WHO_MAX) whoTexts.clear();
  const { tenant, adapter, client, clientVersion, address, kind, tool } = record;
  const who = { tenant, adapter, client, clientVersion, address, kind, tool };
  const made = { record, text: JSON.stringify(who).slice(1, -1) };
  whoTexts.set(tool, made);
  return made;
}

function isSameCaller(a: AuditRecord, b: AuditRecord): boolean {
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

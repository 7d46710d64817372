/**
 * A record as a line of JSON. Runs for every record, so what repeats from record to record is
 * made once: joining two long texts costs little, escaping and joining twenty short ones a lot.
 */
import type { AuditRecord } from "./record.ts";

/** The line, with its newline. It begins with `{"seq":`, as no other kind of line does. */
export function renderRecord(record: AuditRecord): string {
  const { id, received } = record;
  let line = '{"seq":' + record.seq + middleText(record);
  if (id !== undefined && id !== "") line += ',"id":' + (typeof id === "number" ? id : quote(id));
  if (record.durationUs !== undefined) line += ',"durationUs":' + record.durationUs;
  if (record.argBytes !== undefined) line += ',"argBytes":' + record.argBytes;
  if (record.resultBytes !== undefined) line += ',"resultBytes":' + record.resultBytes;
  if (received !== undefined) line += ',"received":' + received;
  return line + valuesText(record);
}

/** What only some levels have, and the end. */
function valuesText(record: AuditRecord): string {
  const { argHash, resultHash, args, result } = record;
  const some = argHash !== undefined || resultHash !== undefined || args !== undefined ||
    result !== undefined || record.redacted === true;
  if (!some) return "}\n";
  let text = "";
  if (argHash !== undefined) text += ',"argHash":"' + argHash + '"';
  if (resultHash !== undefined) text += ',"resultHash":"' + resultHash + '"';
  if (record.redacted === true) text += ',"redacted":true';
  if (args !== undefined) text += ',"args":' + args;
  if (result !== undefined) text += ',"result":' + result;
  return text + "}\n";
}

let middleMs = -1;
let middle = "";
let middleWho: Who | undefined;
let middleStage = "";
let middleCode = "";

/** When, how it ended and who it was: at a thousand calls a millisecond, mostly the same as before. */
function middleText(record: AuditRecord): string {
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
  middle = `,"time":"${isoTime(ms)}","stage":"${stage}","decision":"${record.decision}",` +
    `"code":"${code}",${who.text}`;
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

function quote(text: string): string {
  return JSON.stringify(text);
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

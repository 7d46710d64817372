/** A record as a line of JSON. Runs for every record: plain concatenation, and what repeats is kept. */
import type { AuditRecord } from "./record.ts";

const QUOTED_MAX = 1_000;
const quotedTexts = new Map<string, string>();

/** The line, with its newline. It begins with `{"seq":`, as no other kind of line does. */
export function renderRecord(record: AuditRecord): string {
  let line = '{"seq":' + record.seq + ',"time":"' + isoTime(record.time) + '","stage":"' +
    record.stage + '","tenant":' + quoted(record.tenant) + ',"adapter":"' + record.adapter + '"';
  if (record.client !== undefined) line += ',"client":' + quoted(record.client);
  if (record.clientVersion !== undefined) {
    line += ',"clientVersion":' + quoted(record.clientVersion);
  }
  if (record.address !== undefined) line += ',"address":' + quoted(record.address);
  line += ',"kind":"' + record.kind + '","tool":' + quoted(record.tool);
  if (record.id !== undefined && record.id !== "") line += ',"id":' + idText(record.id);
  line += ',"decision":"' + record.decision + '","code":"' + record.code + '"';
  if (record.durationUs !== undefined) line += ',"durationUs":' + record.durationUs;
  if (record.argBytes !== undefined) line += ',"argBytes":' + record.argBytes;
  if (record.resultBytes !== undefined) line += ',"resultBytes":' + record.resultBytes;
  return line + rest(record) + "}\n";
}

/** What only some levels and modes have. */
function rest(record: AuditRecord): string {
  let text = "";
  if (record.received !== undefined) text += ',"received":' + record.received;
  if (record.argHash !== undefined) text += ',"argHash":"' + record.argHash + '"';
  if (record.resultHash !== undefined) text += ',"resultHash":"' + record.resultHash + '"';
  if (record.redacted === true) text += ',"redacted":true';
  if (record.args !== undefined) text += ',"args":' + record.args;
  if (record.result !== undefined) text += ',"result":' + record.result;
  return text;
}

function idText(id: string | number): string {
  return typeof id === "number" ? String(id) : JSON.stringify(id);
}

/** Names repeat from call to call; those that clients make up must not fill the memory. */
function quoted(text: string): string {
  const known = quotedTexts.get(text);
  if (known !== undefined) return known;
  if (quotedTexts.size >= QUOTED_MAX) quotedTexts.clear();
  const made = JSON.stringify(text);
  quotedTexts.set(text, made);
  return made;
}

let second = -1;
let secondText = "";

/** `new Date(ms).toISOString()` costs as much as all the rest; the second is the same for many. */
function isoTime(ms: number): string {
  const whole = Math.floor(ms / 1_000);
  if (whole !== second) {
    second = whole;
    secondText = new Date(whole * 1_000).toISOString().slice(0, 20);
  }
  const millis = Math.floor(ms) - whole * 1_000;
  return secondText + (millis < 10 ? "00" : millis < 100 ? "0" : "") + millis + "Z";
}

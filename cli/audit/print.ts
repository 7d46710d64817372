/** Records as text for people, and lines to stdout as fast as they are read there. */
import type { ReadRecord } from "../../src/runtime/audit.ts";

/** Collects lines and writes them in large pieces. */
export class Printer {
  readonly #encoder = new TextEncoder();
  #text = "";

  /** Adds a line; resolves at once unless a piece is full. */
  async line(text: string): Promise<void> {
    this.#text += text + "\n";
    if (this.#text.length > 64 * 1024) await this.flush();
  }

  async flush(): Promise<void> {
    const bytes = this.#encoder.encode(this.#text);
    this.#text = "";
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  }
}

/** One line for a person. What stands in a log must not steer the terminal that shows it. */
export function recordText(record: ReadRecord): string {
  const { time, stage, code, tenant, adapter, client, address, kind, tool, durationUs, seq } =
    record;
  const parts = [time, stage.padEnd(9), code, `tenant=${tenant}`, `#${seq}`, adapter];
  parts.push(kind === "tool" ? tool : `${kind}:${tool}`);
  if (client !== undefined) parts.push(`client=${client}`);
  if (address !== undefined) parts.push(`from=${address}`);
  if (durationUs !== undefined) parts.push(durationText(durationUs));
  if (record.argBytes !== undefined) parts.push(`in=${record.argBytes}B`);
  if (record.resultBytes !== undefined) parts.push(`out=${record.resultBytes}B`);
  if (record.args !== undefined) parts.push(`args=${JSON.stringify(record.args)}`);
  if (record.result !== undefined) parts.push(`result=${JSON.stringify(record.result)}`);
  return printable(parts.join(" "));
}

export function durationText(us: number): string {
  if (us < 1_000) return `${us}µs`;
  return us < 1_000_000 ? `${(us / 1_000).toFixed(1)}ms` : `${(us / 1_000_000).toFixed(2)}s`;
}

// deno-lint-ignore no-control-regex -- control characters are what this finds
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Control characters as escapes. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (char) => "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

/** Opens audit files to be read. */
import { GomcpError } from "../../src/base/errors.ts";
import { type ReadRecord, readRecord } from "../../src/runtime/audit.ts";
import { readLines } from "../../src/stores/audit/read_lines.ts";

/** @throws {GomcpError} `invalid_request` naming the file. */
export async function openLog(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true });
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound
      ? "there is no such file"
      : (cause as Error).message;
    throw new GomcpError("invalid_request", `Cannot read audit log ${path}: ${why}`, { cause });
  }
}

/** The text of a small file, such as a key. */
export async function readText(path: string): Promise<string> {
  const file = await openLog(path);
  return await new Response(file.readable).text();
}

/** A record with its line, as it stands in the file. */
export interface FoundRecord {
  readonly record: ReadRecord;
  readonly text: string;
}

/** The records of files, in the order of the files. Lines that are none are left to `verify`. */
export async function* recordsOf(paths: readonly string[]): AsyncGenerator<FoundRecord> {
  const decoder = new TextDecoder();
  for (const path of paths) {
    using file = await openLog(path);
    for await (const { bytes } of readLines(file)) {
      const text = decoder.decode(bytes);
      const record = readRecord(text);
      if (record !== undefined) yield { record, text };
    }
  }
}

/** Verifies the files of logs, in the order in which they were written. */
import { readLine } from "../../audit/read_line.ts";
import type { Verdict } from "../../audit/verify/finding.ts";
import type { Verifier } from "../../audit/verify/verifier.ts";
import { placeOf } from "./file_names.ts";
import { readLines } from "./read_lines.ts";

/**
 * Tells the logs of several processes apart, by the places in their names. Where these are numbers
 * that somebody else gave to the files of one log, its segments do not overlap, and the log itself
 * is among them.
 */
export async function filesByLog(
  paths: readonly string[],
  open: (path: string) => Promise<Deno.FsFile>,
): Promise<readonly (readonly string[])[]> {
  const byPlace = Map.groupBy(paths, placeOf);
  const logs = [...byPlace].toSorted(([a], [b]) => a - b).map(([, files]) => files);
  const spans = await Promise.all(logs.map(async (files) => {
    const segments = await Promise.all(files.map((path) => firstSegment(path, open)));
    return { first: Math.min(...segments), last: Math.max(...segments) };
  }));
  const overlap = spans.some((a, i) =>
    spans.slice(i + 1).some((b) => a.first <= b.last && b.first <= a.last)
  );
  return byPlace.has(0) && !overlap ? [paths] : logs;
}

/** The order of the files does not matter: each names its first segment. */
export async function verifyFiles(
  verifier: Verifier,
  paths: readonly string[],
  open: (path: string) => Promise<Deno.FsFile>,
): Promise<Verdict> {
  const placed = await Promise.all(
    paths.map(async (path) => ({ path, segment: await firstSegment(path, open) })),
  );
  placed.sort((a, b) => a.segment - b.segment);
  let live = false;
  for (const { path } of placed) {
    using file = await open(path);
    live = isBeingWritten(file);
    for await (const line of readLines(file)) {
      // What a live server writes right now may be seen by half.
      if (live && !line.whole) break;
      verifier.take({ ...line, file: path });
    }
  }
  return verifier.end(live);
}

/** Files whose first line cannot be read stand where they were named. */
async function firstSegment(
  path: string,
  open: (path: string) => Promise<Deno.FsFile>,
): Promise<number> {
  using file = await open(path);
  for await (const { bytes } of readLines(file)) {
    const line = readLine(new TextDecoder().decode(bytes));
    return line.kind === "header" ? line.header.segment : Infinity;
  }
  return Infinity;
}

/** Who writes a log holds its lock. */
function isBeingWritten(file: Deno.FsFile): boolean {
  try {
    if (!file.tryLockSync(false)) return true;
    file.unlockSync();
  } catch {
    // No locks on this file system: then nobody holds one.
  }
  return false;
}

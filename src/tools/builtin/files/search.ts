/** The work of `search_files`: which files fit, and which of their lines. */
import { GomcpError } from "../../../base/errors.ts";
import { LIMITS } from "../../../base/limits.ts";
import { findLines } from "./find_lines.ts";
import type { RootFs } from "./root_fs.ts";
import { decodeText } from "./text_part.ts";
import { type FoundFile, walkFiles, type WalkState } from "./walk_files.ts";

/** Files that are read side by side. */
const TOGETHER = 16;

export interface SearchQuery {
  readonly start: string;
  /** Whether the path of a file, relative to `start`, fits. */
  readonly isWanted: (below: string) => boolean;
  /** Undefined: whatever is wanted is a match. */
  readonly text: string | undefined;
  readonly ignoreCase: boolean;
  readonly isExcluded: (name: string) => boolean;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** Without `line`: the file itself. */
export interface Match {
  path: string;
  line?: number;
  text?: string;
}

export interface SearchResult {
  matches: Match[];
  entriesSeen: number;
  skipped: { binary: number; tooLarge: number; unreadable: number; notFiles: number };
  cut?: string;
}

/** What one search has so far. */
interface Progress {
  readonly walk: WalkState;
  /** One more than asked for, when there is one more: so that the cut is known. */
  readonly matches: Match[];
  binary: number;
  tooLarge: number;
  bytesLeft: number;
}

export async function search(fs: RootFs, query: SearchQuery): Promise<SearchResult> {
  const walk: WalkState = {
    entriesLeft: LIMITS.searchFilesMax,
    cut: false,
    notFiles: 0,
    unreadable: 0,
  };
  const progress: Progress = {
    walk,
    matches: [],
    binary: 0,
    tooLarge: 0,
    bytesLeft: LIMITS.searchBytesMax,
  };
  for await (const files of walkFiles(fs, query.start, walk, query)) {
    const wanted = files.filter((file) => query.isWanted(file.below));
    await searchFiles(fs, query, wanted, progress);
    if (progress.matches.length > query.limit || progress.bytesLeft < 0) break;
  }
  return toResult(query, progress);
}

async function searchFiles(
  fs: RootFs,
  query: SearchQuery,
  files: readonly FoundFile[],
  progress: Progress,
): Promise<void> {
  const { text } = query;
  if (text === undefined) {
    const room = query.limit + 1 - progress.matches.length;
    progress.matches.push(...files.slice(0, room).map(({ path }) => ({ path })));
    return;
  }
  for (let from = 0; from < files.length; from += TOGETHER) {
    query.signal.throwIfAborted();
    const some = files.slice(from, from + TOGETHER);
    const found = await Promise.all(some.map((file) => linesOf(fs, query, text, file, progress)));
    const room = query.limit + 1 - progress.matches.length;
    progress.matches.push(...found.flat().slice(0, room));
    if (progress.matches.length > query.limit || progress.bytesLeft < 0) return;
  }
}

async function linesOf(
  fs: RootFs,
  query: SearchQuery,
  needle: string,
  { path, sizeBytes }: FoundFile,
  progress: Progress,
): Promise<Match[]> {
  if (sizeBytes > LIMITS.fileReadBytesMax) {
    progress.tooLarge++;
    return [];
  }
  progress.bytesLeft -= sizeBytes;
  if (progress.bytesLeft < 0) return [];
  const bytes = await readOrCount(fs, path, progress);
  if (bytes === undefined) return [];
  const text = decodeText(bytes);
  if (text === undefined) {
    progress.binary++;
    return [];
  }
  const options = { ignoreCase: query.ignoreCase, max: query.limit + 1 };
  return findLines(text, needle, options).map((found) => ({ path, ...found }));
}

async function readOrCount(
  fs: RootFs,
  path: string,
  progress: Progress,
): Promise<Uint8Array | undefined> {
  try {
    return (await fs.read(path, { offset: 0, length: LIMITS.fileReadBytesMax })).bytes;
  } catch (error) {
    if (!(error instanceof GomcpError)) throw error;
    progress.walk.unreadable++;
    return undefined;
  }
}

function toResult(query: SearchQuery, progress: Progress): SearchResult {
  const { walk, matches, binary, tooLarge } = progress;
  const cut = cutReason(query, progress);
  return {
    matches: matches.slice(0, query.limit),
    entriesSeen: LIMITS.searchFilesMax - walk.entriesLeft,
    skipped: { binary, tooLarge, unreadable: walk.unreadable, notFiles: walk.notFiles },
    ...(cut !== undefined && { cut }),
  };
}

function cutReason(query: SearchQuery, { matches, walk, bytesLeft }: Progress): string | undefined {
  if (matches.length > query.limit) {
    return `Only the first ${query.limit} matches are given: narrow path, glob or text.`;
  }
  if (bytesLeft < 0) {
    return `Only the first ${LIMITS.searchBytesMax} bytes were searched: narrow path or glob.`;
  }
  if (!walk.cut) return undefined;
  return `Only the first ${LIMITS.searchFilesMax} entries were looked at: narrow path.`;
}

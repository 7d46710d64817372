/** Goes through the files below a directory, a bounded number of entries in all. */
import { GomcpError } from "../../../base/errors.ts";
import type { DirPage, RootFs } from "./root_fs.ts";

export interface FoundFile {
  /** Relative to the root. */
  readonly path: string;
  /** Relative to where the walk began. */
  readonly below: string;
  readonly sizeBytes: number;
}

/** What a walk has come across so far. */
export interface WalkState {
  /** Entries of any type that it may still look at. */
  entriesLeft: number;
  /** Whether it ended because none were left. */
  cut: boolean;
  /** Symbolic links, FIFOs, sockets and devices: neither followed nor opened. */
  notFiles: number;
  /** Directories that could not be listed. */
  unreadable: number;
}

export interface WalkOptions {
  /** Says by its name whether a directory is left out, with all that is in it. */
  readonly isExcluded: (name: string) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Gives each directory's files together, in the order of their names, and then goes down into its
 * directories. Every step waits for the file system, so that other calls get their turn.
 *
 * @throws {GomcpError} when the directory where it begins cannot be listed.
 */
export async function* walkFiles(
  fs: RootFs,
  start: string,
  state: WalkState,
  { isExcluded, signal }: WalkOptions,
): AsyncGenerator<readonly FoundFile[]> {
  // A stack: the next one to list is at its end.
  const waiting = [""];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    signal.throwIfAborted();
    const page = await listOrCount(fs, joined(start, below), below === "", state);
    const files: FoundFile[] = [];
    const directories: string[] = [];
    for (const { name, type, sizeBytes = 0 } of page.entries) {
      const inside = joined(below, name);
      if (type === "file") files.push({ path: joined(start, inside), below: inside, sizeBytes });
      else if (type !== "directory") state.notFiles++;
      else if (!isExcluded(name)) directories.push(inside);
    }
    state.entriesLeft -= page.entries.length;
    if (files.length > 0) yield files;
    waiting.push(...directories.reverse());
    if (page.total > page.entries.length) {
      state.cut = true;
      return;
    }
  }
}

async function listOrCount(
  fs: RootFs,
  path: string,
  isStart: boolean,
  state: WalkState,
): Promise<DirPage> {
  try {
    return await fs.list(path, { offset: 0, limit: state.entriesLeft });
  } catch (error) {
    if (isStart || !(error instanceof GomcpError)) throw error;
    state.unreadable++;
    return { entries: [], total: 0 };
  }
}

function joined(directory: string, name: string): string {
  if (name === "") return directory;
  return directory === "" || directory === "." ? name : `${directory}/${name}`;
}

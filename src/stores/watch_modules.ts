/** Watches the files of modules, and tells when what they say has changed. */
import { dirname, resolve } from "node:path";
import type { ModuleFiles } from "../base/module_source.ts";

export interface WatchOptions {
  /** Modules, and folders of them. */
  readonly paths: readonly string[];
  readonly source: Pick<ModuleFiles, "find" | "tree">;
  /** Called when the contents differ from what they were; never while a save is under way. */
  readonly onChange: () => void;
  /** Hears of what keeps the watch from working. */
  readonly onFault: (error: unknown) => void;
}

/** An editor's save is several events; this long after the last one it is over. */
const DEBOUNCE_MS = 75;

/** What there is to see. */
interface Picture {
  /** Equal for equal contents. */
  readonly text: string;
  /** The folders in which a change would show. */
  readonly folders: readonly string[];
}

/**
 * Watches folders, not files: an editor that saves by renaming puts another file into the place of
 * the old one. Where a path goes through symbolic links, the folders of these are watched, too: a
 * deployment may swap one. Contents are compared, so that a mere touch is no change.
 */
export class ModuleWatch {
  readonly #options: WatchOptions;
  #watcher: Deno.FsWatcher | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: Picture | undefined;
  #checking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Resolves once changes are noticed. What the files say then is what is compared with. */
  async start(): Promise<void> {
    this.#last = await this.#look();
    this.#watch();
    // What happened before the watch was there.
    await this.#check();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watcher?.close();
    await this.#checking;
  }

  #watch(): void {
    if (this.#closed) return;
    this.#watcher?.close();
    try {
      const watcher = Deno.watchFs([...this.#last!.folders], { recursive: false });
      this.#watcher = watcher;
      this.#follow(watcher).catch((error) => this.#options.onFault(error));
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  async #follow(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind } of watcher) {
      // Our own reading is an access, too.
      if (kind === "access" || this.#closed) continue;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#checking = this.#checking.then(() => this.#check());
      }, DEBOUNCE_MS);
    }
  }

  async #check(): Promise<void> {
    const before = this.#last!;
    const now = await this.#look();
    if (this.#closed) return;
    this.#last = now;
    if (now.folders.join("\n") !== before.folders.join("\n")) this.#watch();
    if (now.text !== before.text) this.#options.onChange();
  }

  async #look(): Promise<Picture> {
    const { paths, source } = this.#options;
    const lines = new Set<string>();
    const folders = new Set<string>();
    for (const path of paths) {
      for (const folder of await foldersOnTheWay(resolve(path))) folders.add(folder);
      // A path that is not there (any more) looks empty; the reload says what is wrong with it.
      const { files, isFolder } = await source.find(path).catch(() => NOTHING);
      if (isFolder) folders.add(resolve(path));
      for (const file of files) {
        for (const folder of await foldersOnTheWay(resolve(file))) folders.add(folder);
        for (const { path, hash } of await source.tree(file)) {
          lines.add(`${path} ${hash}`);
          folders.add(dirname(path));
        }
      }
    }
    const there = await Promise.all(
      [...folders].map((folder) => Deno.stat(folder).then(() => [folder], () => [])),
    );
    return { text: [...lines].sort().join("\n"), folders: there.flat().sort() };
  }
}

const NOTHING = { files: [], isFolder: false } as const;

/** The folder of the path, and those of the symbolic links that lead to it. */
async function foldersOnTheWay(path: string): Promise<ReadonlySet<string>> {
  const folders = new Set([dirname(path)]);
  const real = await Deno.realPath(path).catch(() => path);
  folders.add(dirname(real));
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const info = await Deno.lstat(at).catch(() => undefined);
    if (info?.isSymlink !== true) continue;
    folders.add(dirname(at));
    const target = await Deno.readLink(at).catch(() => undefined);
    if (target !== undefined) folders.add(dirname(resolve(dirname(at), target)));
  }
  return folders;
}

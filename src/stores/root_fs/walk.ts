/** The way from the root to an entry, name by name: the one place where symbolic links are followed. */
import { LIMITS } from "../../base/limits.ts";
import type { Stats } from "node:fs";
import { lstat, mkdir, readlink, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { type Directory, isInside, type Tree } from "./directory.ts";
import { MISSING, NO_DIRECTORY, OUTSIDE, refuse, systemCode, TOO_MANY_LINKS } from "./faults.ts";

/** What the walk needs to know of the root. */
export interface Root {
  readonly tree: Tree;
  /** The root's absolute path, real and as it was given: links may have it as their target's start. */
  readonly prefixes: readonly string[];
  readonly windows: boolean;
  /** Tests exchange files here, between a check and the use of what was checked. */
  readonly pause: (step: Step) => Promise<void> | void;
}

/** What comes next after a pause. */
export type Step = "enter" | "open" | "verify" | "list" | "create" | "commit" | "delete";

/** Where a path led. Whoever walked closes `dir`. */
export interface Place {
  readonly dir: Directory;
  /** The entry in `dir`; undefined for `dir` itself. */
  readonly name: string | undefined;
  /** Undefined when nothing is there. */
  readonly stats: Stats | undefined;
}

export interface WalkOptions {
  /** Whether a symbolic link at the end is followed; those on the way always are. */
  readonly followLast: boolean;
  /** Whether missing directories on the way are made. */
  readonly createDirs?: boolean;
}

/** Walks to an entry and hands it to `use`, which has it until it returns. */
export async function withPlace<T>(
  root: Root,
  names: readonly string[],
  options: WalkOptions,
  use: (place: Place) => Promise<T>,
): Promise<T> {
  const walk = new Walk(root, names, await root.tree.openRoot());
  try {
    return await use(await walk.run(options));
  } finally {
    await walk.dir.close();
  }
}

/** Steps through the names; links put their target's names in front, and nothing outside is touched. */
class Walk {
  dir: Directory;
  readonly #root: Root;
  #todo: string[];
  /** From the root to `dir`; no links in it. */
  #done: string[] = [];
  #links = 0;

  constructor(root: Root, names: readonly string[], dir: Directory) {
    this.#root = root;
    this.#todo = [...names];
    this.dir = dir;
  }

  async run({ followLast, createDirs = false }: WalkOptions): Promise<Place> {
    for (let steps = 0; steps < LIMITS.pathStepsMax; steps++) {
      const name = this.#todo.shift();
      if (name === undefined) {
        return { dir: this.dir, name: undefined, stats: await stat(this.dir.self) };
      }
      const last = this.#todo.length === 0;
      const stats = name === ".." ? undefined : await lstatIfThere(this.dir.at(name));
      if (name === "..") await this.#up();
      else if (stats?.isSymbolicLink() && (followLast || !last)) await this.#follow(name);
      else if (last) return { dir: this.dir, name, stats };
      else await this.#down(name, stats, createDirs);
    }
    return refuse("tool_error", TOO_MANY_LINKS);
  }

  async #down(name: string, stats: Stats | undefined, createDirs: boolean): Promise<void> {
    if (stats === undefined && !createDirs) refuse("tool_error", MISSING);
    if (stats !== undefined && !stats.isDirectory()) refuse("tool_error", NO_DIRECTORY);
    await this.#root.pause("enter");
    if (stats === undefined) {
      await this.dir.assertInside();
      await makeDirectory(this.dir.at(name));
    }
    await this.#moveTo(await this.dir.enter(name));
    this.#done.push(name);
  }

  async #follow(name: string): Promise<void> {
    if (++this.#links > LIMITS.pathLinksMax) refuse("tool_error", TOO_MANY_LINKS);
    const target = await readlink(this.dir.at(name));
    const below = namesBelow(this.#root, target);
    const names = below ?? linkNames(target, this.#root.windows);
    this.#todo.unshift(...names);
    if (below !== undefined) await this.#backTo([]);
  }

  /** `..` of a link's target: back to the root, and down again to the parent. */
  async #up(): Promise<void> {
    if (this.#done.length === 0) refuse("forbidden", OUTSIDE);
    await this.#backTo(this.#done.slice(0, -1));
  }

  async #backTo(done: readonly string[]): Promise<void> {
    this.#todo.unshift(...done);
    this.#done = [];
    await this.#moveTo(await this.#root.tree.openRoot());
  }

  async #moveTo(dir: Directory): Promise<void> {
    const left = this.dir;
    this.dir = dir;
    await left.close();
  }
}

/** The names of an absolute target below the root; undefined for a relative one. */
function namesBelow(root: Root, target: string): string[] | undefined {
  if (!isAbsolute(target)) {
    // `C:name` is relative to wherever that drive stands.
    if (root.windows && target.includes(":")) refuse("forbidden", OUTSIDE);
    return undefined;
  }
  const prefix = root.prefixes.find((prefix) => isInside(prefix, target));
  if (prefix === undefined) refuse("forbidden", OUTSIDE);
  return linkNames(target.slice(prefix.length), root.windows);
}

function linkNames(target: string, windows: boolean): string[] {
  const names = target.split(windows ? /[/\\]/ : "/");
  return names.filter((name) => name !== "" && name !== ".");
}

async function lstatIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    // Another call made it meanwhile: whether it is a directory is seen on entering.
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

/** Tells of changes of single tasks, whoever makes them: this process at once, others by the store. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { StoredTask, TaskStore } from "./task_store.ts";

/** Told a task as it is now; undefined when there is none any more. Must not throw. */
export type TaskWatcher = (stored: StoredTask | undefined) => void;

interface Watched {
  readonly watchers: Set<TaskWatcher>;
  /** The version that was told last: what comes late is left out. */
  version: number;
}

export class TaskFeed {
  readonly #store: TaskStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #watched = new Map<string, Watched>();
  /** Asks the store to tell, as long as anybody wants to know. */
  #stop: (() => void) | undefined;
  #starting = false;
  #cancelIdle: CancelTimer | undefined;

  constructor(store: TaskStore, clock: Clock, log: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Tells `watcher` of each change from now on, and first of the task as it is, unless that is
   * `known`; what it gives ends that.
   */
  watch(id: string, watcher: TaskWatcher, known?: StoredTask): () => void {
    const watched = this.#watched.get(id) ?? { watchers: new Set(), version: 0 };
    this.#watched.set(id, watched);
    watched.watchers.add(watcher);
    this.#cancelIdle?.();
    this.#start();
    if (known === undefined) void this.#readFor(id, watched, watcher);
    return () => {
      watched.watchers.delete(watcher);
      if (watched.watchers.size > 0 || this.#watched.get(id) !== watched) return;
      this.#watched.delete(id);
      // Somebody may come soon: to begin to listen costs a connection.
      if (this.#watched.size === 0) {
        this.#cancelIdle = this.#clock.after(LIMITS.taskIdleMs, () => this.#idle());
      }
    };
  }

  /** A change that this process has made or seen. */
  tell(stored: StoredTask): void {
    const watched = this.#watched.get(stored.task.id);
    if (watched === undefined || watched.version >= stored.version) return;
    watched.version = stored.version;
    for (const watcher of [...watched.watchers]) watcher(stored);
  }

  /** Nobody is told any more; who waits is told that there is nothing. */
  end(): void {
    const all = [...this.#watched.values()].flatMap(({ watchers }) => [...watchers]);
    this.#watched.clear();
    for (const watcher of all) watcher(undefined);
    this.#idle();
  }

  #idle(): void {
    this.#cancelIdle?.();
    this.#stop?.();
    this.#stop = undefined;
  }

  #start(): void {
    if (this.#stop !== undefined || this.#starting) return;
    this.#starting = true;
    void this.#listen();
  }

  async #listen(): Promise<void> {
    try {
      const stop = await this.#store.watch((id) => this.#onChange(id));
      this.#stop = stop;
      // What happened before the store listened.
      this.#onChange(undefined);
    } catch (error) {
      this.#log.warn("changes of tasks cannot be seen", { error: describeThrown(error) });
    } finally {
      this.#starting = false;
    }
  }

  #onChange(id: string | undefined): void {
    const ids = id === undefined ? [...this.#watched.keys()] : this.#watched.has(id) ? [id] : [];
    for (const each of ids) void this.#read(each);
  }

  async #readFor(id: string, watched: Watched, watcher: TaskWatcher): Promise<void> {
    try {
      const stored = await this.#store.get(id);
      if (!watched.watchers.has(watcher)) return;
      if (stored !== undefined && stored.version > watched.version) return this.tell(stored);
      watcher(stored);
    } catch (error) {
      this.#log.warn("task cannot be read", { error: describeThrown(error) });
    }
  }

  async #read(id: string): Promise<void> {
    try {
      const stored = await this.#store.get(id);
      if (stored !== undefined) return this.tell(stored);
      for (const watcher of [...this.#watched.get(id)?.watchers ?? []]) watcher(undefined);
    } catch (error) {
      this.#log.warn("task cannot be read", { error: describeThrown(error) });
    }
  }
}

/** Tells of changes of single tasks, whoever makes them: this process at once, others by the store. */
import { describeThrown } from "../base/errors.ts";
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
  readonly #log: Logger;
  readonly #watched = new Map<string, Watched>();
  /** Asks the store to tell, as long as anybody wants to know. */
  #stop: (() => void) | undefined;
  #starting = false;

  constructor(store: TaskStore, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** Tells `watcher` of each change from now on, and of the task as it is; what it gives ends that. */
  watch(id: string, watcher: TaskWatcher): () => void {
    const watched = this.#watched.get(id) ?? { watchers: new Set(), version: 0 };
    this.#watched.set(id, watched);
    watched.watchers.add(watcher);
    this.#start();
    return () => {
      watched.watchers.delete(watcher);
      if (watched.watchers.size > 0 || this.#watched.get(id) !== watched) return;
      this.#watched.delete(id);
      if (this.#watched.size === 0) this.close();
    };
  }

  /** A change that this process has made or seen. */
  tell(stored: StoredTask): void {
    const watched = this.#watched.get(stored.task.id);
    if (watched === undefined || watched.version >= stored.version) return;
    watched.version = stored.version;
    for (const watcher of [...watched.watchers]) watcher(stored);
  }

  close(): void {
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
      if (this.#watched.size === 0) return stop();
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

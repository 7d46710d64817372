/** What a server has to tell all clients that listen: changed lists, changed resources. */
import { LIMITS } from "../base/limits.ts";

/** What a server may have a list of. */
export type ListName = "tools" | "resources" | "prompts";

/** All of them, in the order in which they are told of. */
export const LIST_NAMES: readonly ListName[] = ["tools", "resources", "prompts"];

/** A change that clients may want to know. */
export type ServerEvent =
  & {
    /** Whose it is; undefined for what belongs to all. */
    readonly tenant?: string;
  }
  & (
    | {
      readonly kind: "list_changed";
      readonly list: ListName;
      /** What changed in what all share; undefined when that is not known, and all are told. */
      readonly names?: readonly string[];
      /** What changed in what tenants have for themselves, by their ids. */
      readonly ownNames?: ReadonlyMap<string, readonly string[]>;
    }
    | { readonly kind: "resource_updated"; readonly uri: string }
  );

/** Somebody who wants to know. */
export interface Listener {
  /** Told each event, in order. Must not throw. */
  onEvent(event: ServerEvent): void;
  /** Told once when there will be no more events. */
  onClose(): void;
  /** The resources that it waits for now; those that it may not see are none. */
  watched?(): Iterable<string>;
}

/** Hands events to listeners, as many as `LIMITS.listenersMax`. */
export class EventHub {
  /** Told when somebody may wait for other resources than before. */
  onWatched: (() => void) | undefined;
  readonly #listeners = new Set<Listener>();
  #closed = false;

  /** How many listen. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Starts to listen; false when there are too many, or no more events. */
  add(listener: Listener): boolean {
    if (this.#closed || this.#listeners.size >= LIMITS.listenersMax) return false;
    this.#listeners.add(listener);
    if (listener.watched !== undefined) this.onWatched?.();
    return true;
  }

  /** Listens no more. */
  delete(listener: Listener): void {
    const was = this.#listeners.delete(listener);
    if (was && listener.watched !== undefined) this.onWatched?.();
  }

  /** The resources that anybody waits for. */
  watched(): Set<string> {
    const all = new Set<string>();
    for (const listener of this.#listeners) {
      for (const uri of listener.watched?.() ?? []) all.add(uri);
    }
    return all;
  }

  /** Tells all that listen. */
  emit(event: ServerEvent): void {
    for (const listener of this.#listeners) listener.onEvent(event);
  }

  /** There will be no more events. */
  close(): void {
    this.#closed = true;
    const all = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of all) listener.onClose();
  }
}

/** One limit, made ready: whom it is about, by which key, and how it counts. */
import { formatDuration } from "../base/duration.ts";
import type { Problem } from "../base/errors.ts";
import type { RateKey, RateOperation, RateSettings } from "../base/rate_limit.ts";
import type { ClientInfo } from "../pipeline/call.ts";
import type { RateReading } from "../pipeline/rate.ts";
import { addressKey } from "./address_key.ts";
import { createGcra, type Gcra, moreInNs, remainingCalls } from "./gcra.ts";
import { createSecret, hashKey, type HashSecret } from "./key_hash.ts";
import { nameFits } from "../base/name_glob.ts";

/** What is to be counted. */
export interface RateSubject {
  /** What is done. */
  readonly operation: RateOperation;
  /** What it is done with: the tool, prompt, resource or template; of lists, the method. */
  readonly name: string;
  /** Who is charged for it. */
  readonly tenant: string;
  /** What is known of the caller. */
  readonly client: ClientInfo;
  /** When it came, by the limiter's clock; taken for later where that has been told of later ones. @default now */
  readonly arrivedMs?: number | undefined;
}

const NS_PER_MS = 1_000_000;

export class RateRule {
  readonly name: string;
  readonly gcra: Gcra;
  /** Of this limit's own: keys of two limits have nothing to do with each other. */
  readonly #secret: HashSecret = createSecret();
  /** What the last key was made of: mostly a call is of the same key as the one before. */
  readonly #parts: string[] = [];
  readonly #hash = new Int32Array(2);
  readonly #settings: RateSettings;
  readonly #operations: ReadonlySet<RateOperation>;
  readonly #windowMs: number;
  /** What a refusal begins with: who is refused often must not cost much. */
  readonly #usedUp: string;

  constructor(settings: RateSettings) {
    this.name = settings.name;
    this.gcra = createGcra(settings);
    this.#settings = settings;
    this.#operations = new Set(settings.operations);
    this.#windowMs = (this.gcra.intervalNs * settings.burst) / NS_PER_MS;
    const { name, count, periodMs, burst } = settings;
    const atOnce = burst === count ? "" : `, ${burst} at once`;
    const said = `${count} per ${formatDuration(periodMs)}${atOnce}`;
    this.#usedUp = `Rate limit "${name}" (${said}) is used up; try again in `;
  }

  counts(subject: RateSubject): boolean {
    if (!this.#operations.has(subject.operation)) return false;
    const { tools } = this.#settings;
    return tools === undefined || tools.some((glob) => nameFits(glob, subject.name));
  }

  /** The hash of the subject's key, good until the next one. */
  hashOf(subject: RateSubject): Int32Array {
    let count = 0;
    let isLast = true;
    for (const key of this.#settings.per) {
      // A tool and a prompt may have one name.
      if (key === "tool") isLast = this.#put(count++, subject.operation) && isLast;
      isLast = this.#put(count++, partOf(subject, key)) && isLast;
    }
    if (!isLast || count === 0) hashKey(this.#secret, this.#parts, count, this.#hash);
    return this.#hash;
  }

  /** True for the part that stood there before. */
  #put(at: number, part: string): boolean {
    if (this.#parts[at] === part) return true;
    this.#parts[at] = part;
    return false;
  }

  reading(tatNs: number, nowNs: number): RateReading {
    const { gcra, name } = this;
    return {
      name,
      quota: this.#settings.burst,
      windowMs: this.#windowMs,
      remaining: remainingCalls(gcra, tatNs, nowNs),
      moreInMs: moreInNs(gcra, tatNs, nowNs) / NS_PER_MS,
    };
  }

  refusal(waitNs: number): Problem {
    const retryAfterMs = Math.ceil(waitNs / NS_PER_MS);
    const later = retryAfterMs < 1_000
      ? `${retryAfterMs}ms`
      : `${Math.ceil(retryAfterMs / 1_000)}s`;
    return {
      code: "rate_limited",
      detail: this.#usedUp + later,
      limit: this.#settings.burst,
      limitName: this.name,
      remaining: 0,
      retryAfterMs,
    };
  }
}

/** What is not known of a caller is the same for all of whom it is not known. */
function partOf({ name, tenant, client }: RateSubject, key: RateKey): string {
  switch (key) {
    case "tenant":
      return tenant;
    case "client":
      return client.name ?? "";
    case "tool":
      return name;
    case "address":
      return addressKey(client.address ?? "");
  }
}

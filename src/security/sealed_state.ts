/** State that travels by way of the client and comes back untouched, once: AES-256-GCM. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { decodeBase64Url, encodeBase64Url } from "../base/base64.ts";
import type { Clock } from "../base/clock.ts";
import { GomcpError, isStackOverflow } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What a state belongs to; it opens for nothing else. */
export type Binding = readonly unknown[];

/** What a state held; `giveBack` makes it good for another time, if it came to nothing. */
export interface OpenedState {
  /** What was sealed. */
  readonly value: unknown;
  /** Makes the state good for another time, if it came to nothing. */
  readonly giveBack: () => void;
}

interface Sealed {
  readonly nonce: string;
  readonly expiresMs: number;
  readonly value: unknown;
}

/**
 * Seals and opens. Without a key that others have as well, a state does not outlive the process. That
 * it opens once is known to the object that opened it alone.
 */
export class StateSealer {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #key: Uint8Array;
  readonly #usedMax: number;
  /** Nonces of opened states until they expire, in that order. */
  readonly #used = new Map<string, number>();

  /**
   * Makes a sealer whose states are good for `ttlMs`; a key has 32 random bytes. Of more than
   * `usedMax` used states, the oldest may be used once more.
   */
  constructor(
    clock: Clock,
    ttlMs: number,
    key: Uint8Array = randomBytes(KEY_BYTES),
    usedMax: number = LIMITS.usedStatesMax,
  ) {
    if (key.length !== KEY_BYTES) {
      const text = `Cannot seal states: the key has ${key.length} bytes, expected ${KEY_BYTES}`;
      throw new GomcpError("invalid_request", text);
    }
    this.#key = key;
    this.#clock = clock;
    this.#ttlMs = ttlMs;
    this.#usedMax = usedMax;
  }

  /** Gives a text that only this object, or one of the same key, can open, for the same binding. */
  seal(value: unknown, binding: Binding): string {
    const sealed: Sealed = {
      nonce: randomBytes(12).toString("base64url"),
      expiresMs: this.#clock.wall() + this.#ttlMs,
      value,
    };
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, iv).setAAD(digest(binding));
    const body = cipher.update(JSON.stringify(sealed), "utf8");
    return encodeBase64Url(concat([iv, body, cipher.final(), cipher.getAuthTag()]));
  }

  /**
   * Gives the value back.
   *
   * @throws {GomcpError} `invalid_request` for a state that was altered, has expired, was opened
   * before, or belongs to something else; it does not say which.
   */
  open(text: string, binding: Binding): OpenedState {
    const { nonce, expiresMs, value } = this.#decrypt(text, binding);
    const nowMs = this.#clock.wall();
    if (expiresMs <= nowMs || this.#used.has(nonce)) throw refused();
    this.#remember(nonce, expiresMs, nowMs);
    return { value, giveBack: () => this.#used.delete(nonce) };
  }

  #decrypt(text: string, binding: Binding): Sealed {
    try {
      const bytes = decodeBase64Url(text);
      // Base64 has several texts for the same bytes; only the one that was given is taken.
      if (encodeBase64Url(bytes) !== text || bytes.length <= IV_BYTES + TAG_BYTES) throw refused();
      const iv = bytes.subarray(0, IV_BYTES);
      const tag = bytes.subarray(-TAG_BYTES);
      const body = bytes.subarray(IV_BYTES, -TAG_BYTES);
      const decipher = createDecipheriv("aes-256-gcm", this.#key, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(digest(binding)).setAuthTag(tag);
      const plain = concat([decipher.update(body), decipher.final()]);
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      throw refused();
    }
  }

  #remember(nonce: string, expiresMs: number, nowMs: number): void {
    for (const [old, oldExpiresMs] of this.#used) {
      if (oldExpiresMs > nowMs && this.#used.size < this.#usedMax) break;
      this.#used.delete(old);
    }
    this.#used.set(nonce, expiresMs);
  }
}

/**
 * A value's digest that does not depend on the order of keys.
 *
 * @throws {GomcpError} `invalid_arguments` for a value that is nested too deep for the stack.
 */
export function canonicalDigest(value: unknown): string {
  try {
    return createHash("sha256").update(canonical(value)).digest("base64url");
  } catch (cause) {
    if (!isStackOverflow(cause)) throw cause;
    const text = "Cannot remember what was asked: the arguments are nested too deep";
    throw new GomcpError("invalid_arguments", text, { cause });
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, each) =>
      each !== null && typeof each === "object" && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => a < b ? -1 : 1))
        : each,
  ) ?? "";
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function digest(binding: Binding): Uint8Array {
  return createHash("sha256").update(JSON.stringify(binding)).digest();
}

function refused(): GomcpError {
  return new GomcpError("invalid_request", "the requestState is not one that can be used here");
}

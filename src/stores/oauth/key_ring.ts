/** The keys of one issuer: fetched, looked at again, kept for a while when the issuer is away. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { describeThrown } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import { discoverJwksUrl } from "./discover.ts";
import { fetchJson } from "./fetch_json.ts";
import { type IssuerKey, readKeys } from "./issuer_key.ts";

export interface KeyRingOptions {
  readonly issuer: string;
  /** Where the keys are; without it, the issuer is asked. */
  readonly jwksUrl: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Keys are looked at every ten minutes, and when a token names an unknown one, but not sooner than
 * half a minute after the last look: strangers must not make a server ask without end. What the
 * issuer has withdrawn is good no more at once. While the issuer is away, its keys are good for six
 * hours.
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #closing = new AbortController();
  #keys: readonly IssuerKey[] = [];
  #jwksUrl: string | undefined;
  #loadedMs = -Infinity;
  #lookedMs = -Infinity;
  /** How often in a row the issuer was away. */
  #failures = 0;
  #looking: Promise<void> | undefined;
  #cancelTimer: CancelTimer | undefined;

  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#jwksUrl = options.jwksUrl;
  }

  /** False while there are no keys, or none that can be known to be good. */
  get isReady(): boolean {
    return this.#keys.length > 0 && this.#isFresh();
  }

  /** Whether a key is still good. */
  isGood(key: IssuerKey): boolean {
    return key.isCurrent && this.#isFresh();
  }

  /** Keys for a token that names this algorithm and, most often, this key; looks for them anew once. */
  async find(algorithm: string, kid: string | undefined): Promise<readonly IssuerKey[]> {
    // At the start the first look is worth waiting for.
    if (!this.isReady) await this.#looking;
    const found = this.#pick(algorithm, kid);
    if (found.length > 0 || !this.#mayLook()) return found;
    await this.look();
    return this.#pick(algorithm, kid);
  }

  /** Asks the issuer for its keys now. Never rejects: what went wrong stands in the log. */
  look(): Promise<void> {
    return this.#looking ??= this.#look().finally(() => this.#looking = undefined);
  }

  /** Asks no more. May be called twice. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelTimer?.();
    await this.#looking;
  }

  #isFresh(): boolean {
    return this.#options.clock.now() - this.#loadedMs <= LIMITS.issuerAwayMsMax;
  }

  #mayLook(): boolean {
    if (this.#closing.signal.aborted) return false;
    const { clock } = this.#options;
    return this.#looking !== undefined ||
      clock.now() - this.#lookedMs >= LIMITS.issuerCoolDownMs;
  }

  #pick(algorithm: string, kid: string | undefined): readonly IssuerKey[] {
    return this.#keys.filter((key) =>
      (kid === undefined || key.kid === kid) && key.suits(algorithm)
    );
  }

  async #look(): Promise<void> {
    const { clock, log, issuer } = this.#options;
    this.#lookedMs = clock.now();
    try {
      this.#take(await this.#fetch());
      this.#failures = 0;
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#failures++;
      // It may have moved its keys.
      this.#jwksUrl = this.#options.jwksUrl;
      const keys = this.#isFresh() ? this.#keys.length : 0;
      log.error("keys of the issuer cannot be had", { issuer, keys, error: describeThrown(error) });
    }
    this.#lookLater();
  }

  async #fetch(): Promise<IssuerKey[]> {
    const late = AbortSignal.timeout(LIMITS.issuerTimeoutMs);
    const signal = AbortSignal.any([late, this.#closing.signal]);
    try {
      this.#jwksUrl ??= await discoverJwksUrl(this.#options.issuer, signal);
      return readKeys(await fetchJson(this.#jwksUrl, signal));
    } catch (error) {
      if (!late.aborted) throw error;
      throw new Error(`the issuer did not answer within ${LIMITS.issuerTimeoutMs} ms`);
    }
  }

  /** A key that stays is the same object, so that what rests on it stays good. */
  #take(keys: readonly IssuerKey[]): void {
    const { clock, log, issuer } = this.#options;
    const before = new Map(this.#keys.map((key) => [key.identity, key]));
    const now = new Map(keys.map((key) => [key.identity, before.get(key.identity) ?? key]));
    let withdrawn = 0;
    for (const [identity, key] of before) {
      if (now.has(identity)) continue;
      key.isCurrent = false;
      withdrawn++;
    }
    const added = [...now.keys()].filter((identity) => !before.has(identity)).length;
    this.#keys = [...now.values()];
    this.#loadedMs = clock.now();
    if (added + withdrawn === 0) return;
    log.info("keys of the issuer", { issuer, keys: this.#keys.length, added, withdrawn });
  }

  #lookLater(): void {
    this.#cancelTimer?.();
    if (this.#closing.signal.aborted) return;
    const { issuerRetryMs, issuerRetryMsMax, issuerRefreshMs } = LIMITS;
    const retryMs = Math.min(issuerRetryMs * 2 ** (this.#failures - 1), issuerRetryMsMax);
    const waitMs = this.#failures === 0 ? issuerRefreshMs : retryMs;
    this.#cancelTimer = this.#options.clock.after(waitMs, () => void this.look());
  }
}

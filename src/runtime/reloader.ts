/** Reloads one after the other: asks where the features come from, swaps them, remembers how it went. */
import type { Clock } from "../base/clock.ts";
import { describeThrown, GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import { type CatalogChanges, changedPolicies, type PolicyName } from "./changes.ts";
import type { GenerationFeatures } from "./generation.ts";
import type { Runtime } from "./runtime.ts";

/** What is to be served next. */
export interface LoadedFeatures extends GenerationFeatures {
  /** Modules that have changed and cannot be loaded again in this process. */
  readonly waiting: readonly string[];
}

/** Where the features of a server come from. */
export interface FeatureSource {
  /**
   * Everything that is to be served now; what has not changed is the same object as before. With
   * `onlyUpstreams`, modules are what they were, whatever their files are now; with `dryRun`, what is
   * given is looked at and not served.
   *
   * @throws {GomcpError} naming the first thing that is wrong.
   */
  load(
    options?: { readonly onlyUpstreams?: boolean; readonly dryRun?: boolean },
  ): Promise<LoadedFeatures>;
}

/** How a reload went. */
export type ReloadReport =
  & {
    /** When it ended, in ISO 8601. */
    readonly at: string;
    /** What asked for it: "SIGHUP", "watch", "admin". */
    readonly reason: string;
    readonly durationMs: number;
  }
  & (
    | {
      readonly ok: true;
      /** The generation that serves now. */
      readonly generation: number;
      readonly changes: CatalogChanges;
      /** The policies that have changed. */
      readonly policies: readonly PolicyName[];
      /** Modules that have changed and wait for a restart of the process. */
      readonly waiting: readonly string[];
      /** Where it took new processes: how many, and the modules that could not be loaded again. */
      readonly replaced?: { readonly processes: number; readonly modules: readonly string[] };
    }
    | { readonly ok: false; readonly error: string }
  );

/** What is known of reloads. */
export interface ReloaderState {
  /** How many there were, those that failed included. */
  readonly reloads: number;
  readonly failed: number;
  readonly last: ReloadReport | undefined;
  /** Modules that wait for a restart. */
  readonly waiting: readonly string[];
}

export interface ReloaderOptions {
  readonly runtime: Pick<Runtime, "reload" | "generations" | "policies" | "log" | "clock">;
  readonly source: FeatureSource;
  /** Called before each reload that is no dry run; what it gives is called after it. */
  readonly onReload?: () => () => void;
}

export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** The end of the last reload that was asked for. */
  #tail: Promise<unknown> = Promise.resolve();
  /** A reload that has not begun: whoever asks meanwhile shares it. */
  #waitingRun: Promise<ReloadReport> | undefined;
  /** The same, of upstreams alone. */
  #waitingUpstreams: Promise<ReloadReport> | undefined;
  readonly #history = new ReloadHistory();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#clock = options.runtime.clock;
    this.#log = options.runtime.log;
  }

  state(): ReloaderState {
    return this.#history.state();
  }

  /** Reloads after those that were asked for before. Never rejects: how it went is a value. */
  reload(reason: string, { dryRun = false } = {}): Promise<ReloadReport> {
    if (dryRun) return this.#queue(() => this.#run(reason, { dryRun }));
    return this.#waitingRun ??= this.#queue(() => {
      this.#waitingRun = undefined;
      return this.#reload(reason);
    });
  }

  /** What upstreams have is something else now: modules are left as they are. */
  reloadUpstreams(reason: string): Promise<ReloadReport> {
    if (this.#waitingRun !== undefined) return this.#waitingRun;
    return this.#waitingUpstreams ??= this.#queue(() => {
      this.#waitingUpstreams = undefined;
      return this.#reload(reason, true);
    });
  }

  #queue(work: () => Promise<ReloadReport>): Promise<ReloadReport> {
    const run = this.#tail.then(work);
    this.#tail = run;
    return run;
  }

  async #reload(reason: string, onlyUpstreams = false): Promise<ReloadReport> {
    const done = onlyUpstreams ? undefined : this.#options.onReload?.();
    const report = await this.#run(reason, { onlyUpstreams });
    this.#history.note(report);
    tellReload(report, this.#log);
    done?.();
    return report;
  }

  async #run(
    reason: string,
    { dryRun = false, onlyUpstreams = false },
  ): Promise<ReloadReport> {
    const startMs = this.#clock.now();
    const { runtime } = this.#options;
    const head = () => ({
      at: new Date(this.#clock.wall()).toISOString(),
      reason,
      durationMs: Math.round(this.#clock.now() - startMs),
    });
    try {
      const next = await this.#load({ onlyUpstreams, dryRun });
      const before = runtime.generations().current;
      let adopted = false;
      try {
        const policies = changedPolicies(runtime.policies, { ...runtime.policies, ...next });
        const changes = runtime.reload(next, { dryRun });
        adopted = runtime.generations().current !== before;
        const generation = runtime.generations().current;
        return { ...head(), ok: true, generation, changes, policies, waiting: next.waiting };
      } finally {
        if (!adopted) next.onRetired?.();
      }
    } catch (thrown) {
      return { ...head(), ok: false, error: describeThrown(thrown) };
    }
  }

  /** A module that never finishes must not hold all later reloads. */
  #load(options: { onlyUpstreams: boolean; dryRun: boolean }): Promise<LoadedFeatures> {
    const late = Promise.withResolvers<never>();
    const cancel = this.#clock.after(LIMITS.reloadMsMax, () => {
      const text = `Cannot reload: the modules have not loaded within ${LIMITS.reloadMsMax} ms`;
      late.reject(new GomcpError("deadline_exceeded", text));
    });
    const loading = this.#options.source.load(options);
    let gaveUp = false;
    late.promise.catch(() => gaveUp = true);
    // What comes too late is nobody's.
    loading.then((next) => gaveUp && next.onRetired?.(), () => {});
    return Promise.race([loading, late.promise]).finally(cancel);
  }
}

/** What is remembered of reloads. */
export class ReloadHistory {
  #reloads = 0;
  #failed = 0;
  #last: ReloadReport | undefined;
  #waiting: readonly string[] = [];

  note(report: ReloadReport): void {
    this.#reloads++;
    this.#last = report;
    if (report.ok) this.#waiting = report.waiting;
    else this.#failed++;
  }

  state(): ReloaderState {
    const [reloads, failed, last] = [this.#reloads, this.#failed, this.#last];
    return { reloads, failed, last, waiting: this.#waiting };
  }
}

/** How it went, for the log. */
export function tellReload(report: ReloadReport, log: Logger): void {
  const { reason, durationMs } = report;
  if (!report.ok) {
    const message = "reload failed; what was served before goes on";
    return log.error(message, { reason, error: report.error });
  }
  const { generation, changes: { tools }, policies, waiting, replaced } = report;
  const { added, removed, changed } = tools;
  const fields = { reason, generation, durationMs, added, removed, changed, policies };
  log.info("reloaded", { ...fields, ...replaced });
  if (waiting.length === 0) return;
  const message = "modules have changed that a running process cannot load again; restart it";
  log.warn(message, { waiting });
}

/** A server of several processes, as its operator has it: one status, one reload, one end. */
import { askAdmin } from "../../src/adapters/admin/admin_client.ts";
import { describeThrown } from "../../src/base/errors.ts";
import type { Logger } from "../../src/base/log.ts";
import {
  type CallStatsSnapshot,
  type DrainReport,
  mergeStats,
  type ProcessStatus,
  ReloadHistory,
  type ReloadReport,
  type ServerControl,
  type ServerPart,
  type ServerStatus,
  tellReload,
} from "../../src/runtime/control.ts";
import { VERSION } from "../../src/runtime/version.ts";
import { usage } from "../usage.ts";
import type { ListenerGroup } from "./listener_group.ts";
import type { ListenerProcess } from "./listener_process.ts";

export interface GroupControlOptions {
  readonly group: ListenerGroup;
  readonly url: string;
  readonly log: Logger;
  readonly drain: () => Promise<DrainReport>;
  /** Called before a reload; what it gives is called after it. */
  readonly onReload: () => () => void;
}

export class GroupControl implements ServerControl {
  readonly #options: GroupControlOptions;
  readonly #startedAt = new Date();
  readonly #startedMs = performance.now();
  readonly #history = new ReloadHistory();
  /** One after the other. */
  #tail: Promise<unknown> = Promise.resolve();
  #generation = 1;
  #draining = false;

  constructor(options: GroupControlOptions) {
    this.#options = options;
  }

  async status(): Promise<ServerStatus> {
    const { group, url } = this.#options;
    const processes = await Promise.all(group.processes().map((each) => this.#withStatus(each)));
    const known = processes.flatMap(({ status }) => status === undefined ? [] : [status]);
    const newest = known.at(-1);
    const sum = (of: (status: ServerStatus) => number) =>
      known.reduce((total, status) => total + of(status), 0);
    return {
      pid: Deno.pid,
      version: VERSION,
      mode: "http",
      url,
      state: this.#state(processes),
      startedAt: this.#startedAt.toISOString(),
      uptimeMs: Math.round(performance.now() - this.#startedMs),
      tools: newest?.tools ?? 0,
      resources: newest?.resources ?? 0,
      prompts: newest?.prompts ?? 0,
      calls: {
        running: sum(({ calls }) => calls.running),
        queued: sum(({ calls }) => calls.queued),
        abandoned: sum(({ calls }) => calls.abandoned),
        draining: this.#draining,
        started: sum(({ calls }) => calls.started),
        overloaded: sum(({ calls }) => calls.overloaded),
        expired: sum(({ calls }) => calls.expired),
      },
      generations: {
        current: this.#generation,
        retiring: known.flatMap(({ generations }) => generations.retiring),
      },
      reload: this.#history.state(),
      memory: {
        rssBytes: sum(({ memory }) => memory.rssBytes) + usage().memory.rssBytes,
        heapUsedBytes: sum(({ memory }) => memory.heapUsedBytes),
      },
      cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds) + usage().cpuSeconds,
      hosts: known.flatMap(({ hosts = [] }) => hosts),
      processes,
    };
  }

  #state(processes: readonly ProcessStatus[]): ServerStatus["state"] {
    if (this.#draining) return "draining";
    return processes.some(({ status }) => status?.state === "ready") ? "ready" : "not_ready";
  }

  /** One that does not answer is shown without its numbers. */
  async #withStatus(process: ProcessStatus): Promise<ProcessStatus> {
    const socket = this.#find(process.id)?.adminSocket;
    if (socket === undefined || process.state === "starting") return process;
    const status = await ask<ServerStatus>(socket, "GET", "/v1/status").catch(() => undefined);
    return status === undefined ? process : { ...process, status };
  }

  #find(id: string): ListenerProcess | undefined {
    return this.#options.group.all.find((process) => process.id === id);
  }

  async callStats(): Promise<CallStatsSnapshot> {
    return mergeStats((await this.parts()).map(({ calls }) => calls));
  }

  async parts(): Promise<readonly ServerPart[]> {
    const answers = await Promise.all(
      this.#options.group.all.map(({ id, adminSocket }) =>
        ask<Omit<ServerPart, "process">>(adminSocket, "GET", "/v1/stats")
          .then((part) => [{ ...part, process: id }], () => [])
      ),
    );
    return answers.flat();
  }

  /** In place where that is enough; `roll` replaces the processes anyway. */
  reload({ dryRun = false, roll = false, reason = "admin" }): Promise<ReloadReport> {
    const run = this.#tail.then(() => dryRun ? this.#look(reason) : this.#reload(reason, roll));
    this.#tail = run;
    return run;
  }

  async #reload(reason: string, roll: boolean): Promise<ReloadReport> {
    const done = this.#options.onReload();
    const startMs = performance.now();
    const report = await this.#change(reason, roll);
    const whole = { ...report, durationMs: Math.round(performance.now() - startMs) };
    if (whole.ok && (whole.replaced !== undefined || hasChanges(whole))) this.#generation++;
    const told = whole.ok ? { ...whole, generation: this.#generation } : whole;
    this.#history.note(told);
    tellReload(told, this.#options.log);
    done();
    return told;
  }

  /** What a reload would do, as one of the processes sees it. */
  async #look(reason: string): Promise<ReloadReport> {
    const [first] = this.#options.group.current;
    if (first === undefined) return failure(reason, "no process runs");
    try {
      const path = "/v1/reload?dryRun=true";
      return { ...await ask<ReloadReport>(first.adminSocket, "POST", path), reason };
    } catch (error) {
      return failure(reason, describeThrown(error));
    }
  }

  async #change(reason: string, roll: boolean): Promise<ReloadReport> {
    const would = await this.#look(reason);
    // A process that is new may load what one that runs cannot load again.
    if (!would.ok && !roll) return would;
    if (!roll && would.ok && would.waiting.length === 0) return await this.#inPlace(reason);
    try {
      const tell = !would.ok || would.waiting.length > 0 || hasChanges(would);
      const processes = await this.#options.group.roll(tell);
      const { changes, policies, waiting: modules } = would.ok ? would : NOTHING;
      const replaced = { processes, modules };
      return { ...head(reason), ok: true, generation: 0, changes, policies, waiting: [], replaced };
    } catch (error) {
      return failure(reason, describeThrown(error));
    }
  }

  async #inPlace(reason: string): Promise<ReloadReport> {
    const reports = await Promise.all(
      this.#options.group.current.map(({ adminSocket }) =>
        ask<ReloadReport>(adminSocket, "POST", "/v1/reload").catch((error) =>
          failure(reason, describeThrown(error))
        )
      ),
    );
    const report = reports.find(({ ok }) => !ok) ?? reports[0];
    return report === undefined ? failure(reason, "no process runs") : { ...report, reason };
  }

  drain(): Promise<DrainReport> {
    this.#draining = true;
    return this.#options.drain();
  }
}

const NONE = { added: [], removed: [], changed: [] };
const NOTHING = {
  waiting: [],
  policies: [],
  changes: { tools: NONE, resources: NONE, prompts: NONE },
};

function hasChanges(report: ReloadReport & { ok: true }): boolean {
  return report.policies.length > 0 ||
    Object.values(report.changes).some(({ added, removed, changed }) =>
      added.length + removed.length + changed.length > 0
    );
}

function head(reason: string) {
  return { at: new Date().toISOString(), reason, durationMs: 0 };
}

function failure(reason: string, error: string): ReloadReport {
  return { ...head(reason), ok: false, error };
}

function ask<T>(socket: string, method: "GET" | "POST", path: string): Promise<T> {
  return askAdmin<T>(socket, { method, path });
}

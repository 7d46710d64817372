/** Upstreams and a runtime in this process, which follows their changes as a server does. */
import { systemClock } from "../../src/base/clock.ts";
import { SILENT_LOG } from "../../src/base/log.ts";
import type { UpstreamEntry } from "../../src/config/file/upstream_schema.ts";
import { upstreamConfig } from "../../src/config/upstream_config.ts";
import type { ToolOutcome } from "../../src/pipeline/outcome.ts";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import {
  createUpstreams,
  mergeUpstreams,
  type PinCheck,
  type Upstreams,
  waysTo,
} from "../../src/runtime/upstreams.ts";

export class ServedUpstreams implements AsyncDisposable {
  /** The program's timers do not keep a process alive; what a server serves does. */
  readonly #alive = setInterval(() => {}, 1_000);

  private constructor(readonly upstreams: Upstreams, readonly runtime: Runtime) {}

  /** Resolves when they are up, or have failed. */
  static async start(
    entries: readonly UpstreamEntry[],
    pins?: PinCheck,
  ): Promise<ServedUpstreams> {
    const upstreams = createUpstreams({
      clock: systemClock,
      log: SILENT_LOG,
      info: { name: "test", version: "1" },
      waysTo: waysTo(systemClock, SILENT_LOG),
    });
    await upstreams.set(entries.map((entry) => upstreamConfig(entry)), pins);
    upstreams.settle(true);
    const features = () => mergeUpstreams({ tools: [] }, upstreams.features());
    const runtime = createRuntime(features());
    upstreams.onChange = () => runtime.reload(features());
    return new ServedUpstreams(upstreams, runtime);
  }

  async call(name: string, args: unknown = {}, timeoutMs?: number): Promise<ToolOutcome> {
    return await this.runtime.callTool(name, args, timeoutMs ? { timeoutMs } : {});
  }

  /** The text of a result; a problem as its code and detail. */
  async said(name: string, args?: unknown, timeoutMs?: number): Promise<string> {
    const outcome = await this.call(name, args, timeoutMs);
    if (outcome.kind === "problem") return `${outcome.problem.code}: ${outcome.problem.detail}`;
    return outcome.result.content.map((block) => block.type === "text" ? block.text : block.type)
      .join();
  }

  /** The names of all tools. */
  names(): string[] {
    return this.runtime.registry.all().map(({ tool }) => tool.name);
  }

  status() {
    return this.upstreams.status()[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#alive);
    this.upstreams.onChange = undefined;
    await this.runtime.shutdown({ deadlineMs: 0 });
    await this.upstreams.stop();
  }
}

/** A server of several processes: this one listens to no client, it starts, replaces and ends the others. */
import { GomcpError } from "../../src/base/errors.ts";
import { metricsOf } from "../../src/adapters/metrics/metrics.ts";
import type { Logger } from "../../src/base/log.ts";
import type { ServeConfig } from "../../src/config/serve_config.ts";
import type { DrainReport } from "../../src/runtime/control.ts";
import { createModuleFiles } from "../../src/stores/module_files.ts";
import { startMetrics } from "../start_metrics.ts";
import { openAdmin } from "../admin/open_admin.ts";
import { listenForHangUps, onStopSignal } from "../signals.ts";
import { serviceNotifier } from "../systemd/sd_notify.ts";
import { watchModules } from "../watch.ts";
import { GroupControl } from "./group_control.ts";
import { ListenerGroup } from "./listener_group.ts";

/** Serves until a signal. @throws {GomcpError} when it cannot begin, or its processes crash too often. */
export async function runGroup(config: ServeConfig, log: Logger): Promise<void> {
  const signal = onStopSignal();
  const hangUps = listenForHangUps();
  const service = serviceNotifier(log);
  const { processes, hostname, port, drainTimeoutMs } = config;
  const count = processes === "auto" ? navigator.hardwareConcurrency : processes;
  checkFree(hostname, port);
  warn(config, count, log);
  const env = Deno.env.toObject();
  const group = new ListenerGroup({ count, port, drainTimeoutMs, env, log });
  // A second signal ends the server at once, and leaves none of them behind.
  addEventListener("unload", () => group.kill());
  const asked = Promise.withResolvers<string>();
  const drained = Promise.withResolvers<DrainReport>();
  await group.start();
  const url = `${config.tls === undefined ? "http" : "https"}://${hostname}:${group.port}`;
  const control = new GroupControl({
    group,
    url,
    log,
    onReload: () => {
      service.reloading();
      return service.ready;
    },
    drain() {
      asked.resolve("admin");
      return drained.promise;
    },
  });
  hangUps.act(() => void control.reload({ reason: "SIGHUP", roll: true }));
  const paths = [...config.tools, ...[...config.state.own.values()].flatMap(({ tools }) => tools)];
  const watched = !config.watch ? undefined : await watchModules(
    { paths, modules: createModuleFiles({}) },
    () => void control.reload({ reason: "watch" }),
    log,
  );
  const metrics = startMetrics(config, metricsOf(control), log);
  const admin = await openAdmin(config.adminSocket, control, log);
  log.info("serving HTTP with several processes", {
    url,
    processes: count,
  });
  service.ready();
  const reason = await Promise.race([signal, asked.promise, group.gaveUp]);
  service.stopping();
  log.info("stopping", { reason: typeof reason === "string" ? reason : "too many crashes" });
  await watched?.close();
  const stopped = await group.stop();
  drained.resolve({ stopped });
  await Promise.all([admin?.close(), metrics?.close()]);
  service.close();
  log.info("stopped");
  if (typeof reason === "string") return;
  throw new GomcpError("worker_lost", "Cannot serve: the listener processes crash again and again");
}

/** Processes of another server would share the port with these, and get half of the calls. */
function checkFree(hostname: string, port: number): void {
  if (port === 0) return;
  try {
    Deno.listen({ hostname: hostname.replace(/^\[|\]$/g, ""), port }).close();
  } catch (cause) {
    const text = `Cannot listen on ${hostname}:${port}: ${(cause as Error).message}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
}

/** What is otherwise than with one process is said, not found out. */
function warn({ rateLimits }: ServeConfig, count: number, log: Logger): void {
  if (rateLimits.length > 0) {
    log.warn("each process counts for itself: limits let pass up to so many times as much", {
      times: count,
    });
  }
  if (Deno.build.os !== "linux") {
    log.warn("this system does not divide connections among the processes of a port");
  }
}

/** Tells systemd how the server is (sd_notify(3)), where it started it as a service that says so. */
import type { Logger } from "../../src/base/log.ts";
import { openLibc } from "../libc.ts";
import { datagramSender, monotonicUsec, type SendDatagram } from "./datagram.ts";

export interface ServiceNotifier {
  /** It serves, or serves again after a reload. */
  ready(): void;
  /** A reload begins; `ready` ends it. */
  reloading(): void;
  /** It stops. */
  stopping(): void;
  /** Says nothing more. */
  close(): void;
}

const SILENT: ServiceNotifier = {
  ready: () => {},
  reloading: () => {},
  stopping: () => {},
  close: () => {},
};

/**
 * Takes what systemd said from the environment: what the server starts must not speak for it. While
 * the event loop turns, the watchdog hears of it at half its time; when it hangs, systemd ends it.
 */
export function serviceNotifier(log: Logger): ServiceNotifier {
  const address = take("NOTIFY_SOCKET");
  const watchdogMs = readWatchdog(take("WATCHDOG_USEC"), take("WATCHDOG_PID"));
  if (address === undefined) return SILENT;
  const libc = openLibc();
  const send = libc && datagramSender(libc, address);
  if (libc === undefined || send === undefined) {
    log.warn("systemd is not told how the server is: its socket cannot be reached", { address });
    return SILENT;
  }
  const tell = (...lines: readonly string[]) => {
    if (!send(lines.join("\n"))) log.warn("systemd did not take a message", { first: lines[0] });
  };
  const stopWatchdog = startWatchdog(send, watchdogMs);
  return {
    ready: () => tell("READY=1", "STATUS=Serving"),
    reloading: () =>
      tell("RELOADING=1", `MONOTONIC_USEC=${monotonicUsec(libc)}`, "STATUS=Reloading"),
    stopping: () => tell("STOPPING=1", "STATUS=Waiting for open calls"),
    close: stopWatchdog,
  };
}

function take(name: string): string | undefined {
  const value = Deno.env.get(name);
  Deno.env.delete(name);
  return value || undefined;
}

/** The time is meant for one process alone; undefined when that is another. */
function readWatchdog(usec: string | undefined, pid: string | undefined): number | undefined {
  if (pid !== undefined && Number(pid) !== Deno.pid) return undefined;
  const ms = Number(usec) / 1_000;
  return ms > 0 ? ms : undefined;
}

function startWatchdog(send: SendDatagram, watchdogMs: number | undefined): () => void {
  if (watchdogMs === undefined) return () => {};
  const timer = setInterval(() => send("WATCHDOG=1"), Math.max(watchdogMs / 2, 1));
  return () => clearInterval(timer);
}

/** An upstream over stdio: its process as a transport. */
import { describeThrown, GomcpError, type Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { CommandProcess } from "../../supervisor/hosts/command_process.ts";
import { OutputLog } from "../../supervisor/hosts/output_log.ts";
import type { UpstreamSettings, UpstreamTarget } from "../../upstreams/settings.ts";
import type { OpenTransport } from "../../upstreams/transport.ts";
import { hideSecrets } from "../../upstreams/secrets.ts";

/** Starts the process of an upstream. */
export function openProcess(
  { name, secrets }: Pick<UpstreamSettings, "name" | "secrets">,
  { command, env, cwd }: Extract<UpstreamTarget, { kind: "command" }>,
  clock: Clock,
  log: Logger,
): OpenTransport {
  const hide = hideSecrets(secrets);
  return async (listener, signal) => {
    const output = new OutputLog(clock, {
      onLine: (_, line) => log.info("an upstream says", { upstream: name, line: hide(line) }),
      onDropped: (lines) =>
        log.warn("an upstream says too much; lines are left out", { upstream: name, lines }),
    });
    let fault: string | undefined;
    let process: CommandProcess;
    try {
      signal.throwIfAborted();
      process = await CommandProcess.start({
        command,
        env,
        cwd,
        lineCharsMax: LIMITS.upstreamMessageCharsMax,
        output,
      }, {
        onLine: (line) => line === "" ? undefined : listener.onMessage(line, undefined),
        onClose(why) {
          fault = why && `it said ${why}`;
          // Without its output it is good for nothing.
          process.kill();
        },
      });
    } catch (thrown) {
      const text = `${JSON.stringify(command[0])} cannot be started: ${describeThrown(thrown)}`;
      throw new GomcpError("upstream_failed", text);
    }
    const { channel } = process;
    return {
      hasStreams: false,
      pid: process.pid,
      exited: process.exited.then(({ kind, detail = kind }) => {
        const words = output.lastWords.trim().split("\n").at(-1) ?? "";
        const said = words === "" ? "" : `; its last words: ${hide(words).slice(0, 300)}`;
        return { kind, detail: (fault ?? detail) + said };
      }),
      send({ text, id }) {
        if (id !== undefined && channel.waiting > LIMITS.upstreamWaitingBytesMax) {
          return listener.onLost(id, notReading());
        }
        channel.send(text);
      },
      abandon: () => {}, // the notification is all there is
      agree: () => {},
      stop: () => process.end(),
      kill: () => process.kill(),
    };
  };
}

function notReading(): Problem {
  const detail = "it does not read what it is sent";
  return { code: "upstream_failed", detail, retryAfterMs: 1_000 };
}

/** One listener process, as its server has it: a child that the supervisor can start, stop and kill. */
import { GomcpError } from "../../src/base/errors.ts";
import type { ChildHandle, ExitReason } from "../../src/runtime/supervision.ts";
import { type Channel, type FromListener, LISTENER_VARIABLE, type ToListener } from "./channel.ts";
import type { SelfCommand } from "./self_command.ts";

export interface ListenerOptions {
  readonly id: string;
  readonly place: number;
  readonly adminSocket: string;
  readonly command: SelfCommand;
  /** Where it finds the server. */
  readonly channelPath: string;
  /** Its environment, without what is for its server alone. */
  readonly env: Readonly<Record<string, string>>;
}

export class ListenerProcess implements ChildHandle {
  readonly id: string;
  readonly place: number;
  readonly adminSocket: string;
  readonly exited: Promise<ExitReason>;
  /** Resolves with its port once it listens. */
  readonly listening: Promise<number>;
  /** Calls that it stopped at its end, as it said. */
  stopped = 0;
  state: "starting" | "ready" | "retiring" = "starting";
  readonly #child: Deno.ChildProcess;
  readonly #ready = Promise.withResolvers<number>();
  #channel: Channel<FromListener, ToListener> | undefined;
  #asked = false;

  constructor(options: ListenerOptions) {
    const { id, place, adminSocket, command, channelPath, env } = options;
    this.id = id;
    this.place = place;
    this.adminSocket = adminSocket;
    this.#child = new Deno.Command(command.program, {
      args: [...command.args],
      clearEnv: true,
      env: { ...env, [LISTENER_VARIABLE]: `${id} ${channelPath}` },
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
      // A group of its own: Ctrl-C is for the server, which tells its listeners in its time.
      detached: true,
    }).spawn();
    this.listening = this.#ready.promise;
    this.listening.catch(() => {}); // told by how it ended
    this.exited = this.#child.status.then(({ code, signal }) => {
      const detail = signal ?? `exit status ${code}`;
      this.#ready.reject(new GomcpError("worker_lost", `process ${this.pid} ended: ${detail}`));
      if (this.#asked) return { kind: "shutdown", detail };
      return signal === "SIGKILL" ? { kind: "killed" } : { kind: "crash", detail };
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** It has found its server. */
  async converse(
    channel: Channel<FromListener, ToListener>,
    messages: AsyncIterable<FromListener>,
  ): Promise<void> {
    this.#channel = channel;
    for await (const message of messages) {
      if (message.kind === "ready") {
        this.state = "ready";
        this.#ready.resolve(message.port);
      } else if (message.kind === "stopped") this.stopped = message.stopped;
    }
    channel.close();
  }

  stop(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#tell({ kind: "stop" });
  }

  /** To be called when others listen already. */
  retire(tell: boolean): void {
    if (this.#asked) return;
    this.#asked = true;
    this.state = "retiring";
    this.#tell({ kind: "retire", tell });
  }

  /** One that has not found its server yet has nothing to end. */
  #tell(message: ToListener): void {
    if (this.#channel === undefined) this.kill();
    else void this.#channel.send(message);
  }

  /** With all that it started. */
  kill(): void {
    this.#asked = true;
    try {
      if (Deno.build.os === "windows") this.#child.kill("SIGKILL");
      else Deno.kill(-this.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}

/** The listener processes of a server: as many as it is to have, one after the other replaced at a reload. */
import { describeThrown, GomcpError } from "../../src/base/errors.ts";
import { LIMITS } from "../../src/base/limits.ts";
import type { Logger } from "../../src/base/log.ts";
import type { ProcessStatus } from "../../src/runtime/control.ts";
import {
  type ChildSupervisor,
  createChildSupervisor,
  type ExitReason,
} from "../../src/runtime/supervision.ts";
import { Channel, type FromListener, type ToListener } from "./channel.ts";
import { ListenerProcess } from "./listener_process.ts";
import { selfCommand } from "./self_command.ts";

export interface GroupOptions {
  readonly count: number;
  /** 0 takes any free one, the same for all. */
  readonly port: number;
  /** How long one may take to end what it has begun. */
  readonly drainTimeoutMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly log: Logger;
}

const START_MS = 120_000;
/** What an end takes besides its drain. */
const END_MS = 15_000;
/** A crash now and then is mended; a crash of all, again and again, is not. */
const RESTARTS_PERIOD_MS = 60_000;

export class ListenerGroup {
  readonly #options: GroupOptions;
  readonly #command = selfCommand();
  readonly #stateKey = crypto.getRandomValues(new Uint8Array(32)).toBase64();
  readonly #supervisor: ChildSupervisor;
  readonly #folder: string;
  readonly #door: Deno.Listener<Deno.UnixConn>;
  /** Those whose processes live, by id. */
  readonly #living = new Map<string, ListenerProcess>();
  #port: number;
  #lastNumber = 0;

  constructor(options: GroupOptions) {
    this.#options = options;
    this.#port = options.port;
    // Its mode is 700: nobody else finds the way in.
    this.#folder = Deno.makeTempDirSync({ prefix: "gomcp-" });
    this.#door = Deno.listen({ transport: "unix", path: `${this.#folder}/server.sock` });
    this.#supervisor = createChildSupervisor({
      name: "listeners",
      intensity: 3 * options.count,
      periodMs: RESTARTS_PERIOD_MS,
      onEvent: (event) => {
        if (event.kind !== "restarting" && event.kind !== "gave_up") return;
        const { kind, supervisor: _, ...fields } = event;
        options.log.error(`listener ${kind}`, fields);
      },
    });
    this.#welcome();
  }

  get port(): number {
    return this.#port;
  }

  /** Resolves when it ends by itself: too many of its processes have crashed. */
  get gaveUp(): Promise<ExitReason> {
    return this.#supervisor.exited;
  }

  /** Those that take calls, or soon will. */
  get current(): readonly ListenerProcess[] {
    return [...this.#living.values()].filter(({ state }) => state !== "retiring");
  }

  /** Those that end, too. */
  get all(): readonly ListenerProcess[] {
    return [...this.#living.values()];
  }

  /** @throws {GomcpError} `invalid_request` when the first does not come up. */
  async start(): Promise<void> {
    await this.#supervisor.start();
    try {
      // The first one finds the port, and what is wrong with the modules.
      await this.#startOne();
      await Promise.all(Array.from({ length: this.#options.count - 1 }, () => this.#startOne()));
    } catch (cause) {
      await this.stop();
      const text = `Cannot serve: a listener process did not come up: ${describeThrown(cause)}`;
      throw new GomcpError("invalid_request", text, { cause });
    }
  }

  /**
   * Replaces all: when as many new ones listen, the old ones answer on each connection once more, and
   * end. When one does not come up the old ones go on.
   *
   * @throws {GomcpError} `worker_lost` saying which did not come up.
   */
  async roll(tell: boolean): Promise<number> {
    const old = this.current;
    const fresh: string[] = [];
    try {
      for (let i = 0; i < this.#options.count; i++) fresh.push(await this.#startOne());
    } catch (error) {
      await Promise.all(fresh.map((id) => this.#supervisor.stopChild(id, "not all came up")));
      throw error;
    }
    for (const each of old) each.retire(tell);
    // Their calls may take their time; nobody waits for them here.
    for (const each of old) void this.#forget(each);
    return fresh.length;
  }

  async #forget({ id, exited }: ListenerProcess): Promise<void> {
    const late = Promise.withResolvers<void>();
    const ms = LIMITS.retiringAnswersMs + this.#options.drainTimeoutMs + END_MS;
    const timer = setTimeout(late.resolve, ms);
    await Promise.race([exited, late.promise]);
    clearTimeout(timer);
    await this.#supervisor.stopChild(id, "it was replaced");
  }

  /** Lets all end what they have begun, at once; gives how many calls were stopped. */
  async stop(): Promise<number> {
    const all = [...this.#living.values()];
    for (const each of all) each.stop();
    await this.#supervisor.stop("the server stops");
    this.#door.close();
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
    return all.reduce((sum, { stopped }) => sum + stopped, 0);
  }

  /** Ends all at once: whoever asked twice does not want to wait. */
  kill(): void {
    for (const each of this.#living.values()) each.kill();
  }

  processes(): readonly ProcessStatus[] {
    const restarts = new Map(
      this.#supervisor.status().children.map((child) => [child.id, child.restarts]),
    );
    return [...this.#living.values()].map(({ id, pid, state }) => ({
      id,
      pid,
      state,
      restarts: restarts.get(id) ?? 0,
    }));
  }

  async #startOne(): Promise<string> {
    const id = `listener-${++this.#lastNumber}`;
    await this.#supervisor.startChild({
      id,
      restart: "transient",
      startMs: START_MS,
      shutdownMs: this.#options.drainTimeoutMs + END_MS,
      start: (signal) => this.#spawn(id, signal),
    });
    return id;
  }

  async #spawn(id: string, signal: AbortSignal): Promise<ListenerProcess> {
    const place = this.#freePlace();
    const process = new ListenerProcess({
      id,
      place,
      adminSocket: `${this.#folder}/${id}.sock`,
      command: this.#command,
      channelPath: `${this.#folder}/server.sock`,
      env: this.#options.env,
    });
    this.#living.set(id, process);
    process.exited.then(() => {
      if (this.#living.get(id) === process) this.#living.delete(id);
    });
    const kill = () => process.kill();
    signal.addEventListener("abort", kill);
    this.#port = await process.listening;
    // What has started is asked to end before it is killed.
    signal.removeEventListener("abort", kill);
    return process;
  }

  /** Places are few and used again, so that files that have their number are. */
  #freePlace(): number {
    const taken = new Set([...this.#living.values()].map(({ place }) => place));
    for (let place = 1;; place++) if (!taken.has(place)) return place;
  }

  /** Takes in the processes that find their way. */
  async #welcome(): Promise<void> {
    for await (const connection of this.#door) {
      this.#greet(new Channel<FromListener, ToListener>(connection));
    }
  }

  async #greet(channel: Channel<FromListener, ToListener>): Promise<void> {
    const messages = channel.messages();
    const { value: hello } = await messages.next();
    const process = hello?.kind === "hello" ? this.#living.get(hello.id) : undefined;
    if (process === undefined) return channel.close();
    const { place, adminSocket } = process;
    const port = this.#port;
    await channel.send({ kind: "orders", port, place, adminSocket, stateKey: this.#stateKey });
    await process.converse(channel, messages);
  }
}

/** grpc.health.v1: whether the server takes calls, for balancers and orchestrators. Needs no credential. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import type { Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { clip } from "../../protocol/jsonrpc.ts";
import { grpc } from "../../protocol/gen/grpc_services.js";
import type { Answer } from "./handlers.ts";
import type { StreamWriter } from "./stream_writer.ts";
import type { Turn } from "./turn.ts";

const { HealthCheckResponse } = grpc.health.v1;
const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = HealthCheckResponse.ServingStatus;

/** Somebody who watches, and what it was told last. */
interface Watcher {
  readonly writer: StreamWriter;
  told: number;
  readonly end: () => void;
}

export interface HealthOptions {
  readonly clock: Clock;
  readonly isReady: () => boolean;
  /** Full names of the services; all are as well as the server. */
  readonly services: readonly string[];
}

export class Health {
  readonly #options: HealthOptions;
  readonly #watchers = new Set<Watcher>();
  #cancelLook: CancelTimer | undefined;
  #isStopping = false;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  check({ service }: grpc.health.v1.HealthCheckRequest): Answer {
    if (this.#knows(service)) {
      return HealthCheckResponse.encode({ status: this.#status() }).finish();
    }
    return { code: "not_found", detail: `Unknown service: "${clip(service)}"` };
  }

  watch(
    { service }: grpc.health.v1.HealthCheckRequest,
    turn: Turn,
    writer: StreamWriter,
  ): Promise<Problem | undefined> {
    if (this.#watchers.size >= LIMITS.listenersMax) return Promise.resolve(TOO_MANY);
    const ended = Promise.withResolvers<undefined>();
    const status = this.#knows(service) ? this.#status() : SERVICE_UNKNOWN;
    const watcher = { writer, told: status, end: () => ended.resolve(undefined) };
    tell(watcher, status);
    if (status !== SERVICE_UNKNOWN) this.#watchers.add(watcher);
    turn.ended.then(watcher.end);
    this.#look();
    return ended.promise.finally(() => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#stopLooking();
    });
  }

  /** Says at once that the server takes no more calls, whatever it is ready for. */
  stop(): void {
    this.#isStopping = true;
    this.#tellAll();
  }

  /** Ends those who watch. */
  close(): void {
    this.#stopLooking();
    for (const watcher of [...this.#watchers]) watcher.end();
  }

  #knows(service: string): boolean {
    return service === "" || this.#options.services.includes(service);
  }

  #status(): number {
    return this.#options.isReady() && !this.#isStopping ? SERVING : NOT_SERVING;
  }

  #tellAll(): void {
    const status = this.#status();
    for (const watcher of this.#watchers) {
      if (watcher.told !== status) tell(watcher, status);
    }
  }

  /** Nobody tells when a state store comes back: while somebody watches, it is looked at. */
  #look(): void {
    if (this.#watchers.size === 0) return;
    this.#cancelLook ??= this.#options.clock.after(LIMITS.healthLookMs, () => {
      this.#cancelLook = undefined;
      this.#tellAll();
      this.#look();
    });
  }

  #stopLooking(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }
}

function tell(watcher: Watcher, status: number): void {
  watcher.told = status;
  watcher.writer.send(HealthCheckResponse.encode({ status }).finish());
}

const TOO_MANY: Problem = { code: "overloaded", detail: "Cannot watch: too many clients do" };

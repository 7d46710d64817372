/** A generation: an immutable whole of what is served, and the layers before it. */
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Call, Handler } from "../pipeline/call.ts";
import type { CallWatch } from "../pipeline/call_watch.ts";
import type { EventHub } from "../pipeline/events.ts";
import type { Outcome } from "../pipeline/outcome.ts";
import { TenantEvents } from "../pipeline/tenant_events.ts";
import type { AuditPolicy } from "../audit/policy.ts";
import type { Logger } from "../base/log.ts";
import type { Validator } from "../security/validator.ts";
import { type Catalog, createCatalog, type Features } from "./catalog.ts";
import { Views } from "./views.ts";

/** What calls go by, whatever they are for. */
export interface Policies {
  /** Bounds arguments and looks for attacks in them. @default that of the generation before, or defaultValidator() */
  readonly validator?: Validator;
  /** What of calls is put on record; for a runtime that has an audit log. @default the log's own */
  readonly auditPolicy?: AuditPolicy;
}

/** What a generation serves, and what is to be done once it is not needed any more. */
export interface GenerationFeatures extends Features, Policies {
  /** What tenants have for themselves, beside what is served to all: by their ids. @default nothing */
  readonly tenantFeatures?: ReadonlyMap<string, Features>;
  /** Called once, after the last call of a generation that was replaced has ended. Must not throw. */
  readonly onRetired?: () => void;
}

/** What generations share: it outlives them all. */
export interface GenerationParts {
  readonly log: Logger;
  readonly events: EventHub;
  /** Told of all calls. */
  readonly watch: CallWatch;
  /** Nests the layers around a generation. */
  readonly buildPipeline: (generation: Generation) => Handler;
}

export class Generation implements CallWatch {
  /** 1 for the first one. */
  readonly number: number;
  readonly catalog: Catalog;
  /** What tenants have for themselves. */
  readonly own: ReadonlyMap<string, Catalog>;
  readonly views: Views;
  readonly policies: Policies;
  /** Sends a call through the layers. Never throws, never rejects. */
  readonly handle: Handler;
  readonly #watch: CallWatch;
  readonly #onRetired: (() => void) | undefined;
  #open = 0;
  #onEmpty: (() => void) | undefined;

  /** @throws {GomcpError} `invalid_request` for two of one name or address, or too many. */
  constructor(number: number, features: GenerationFeatures, parts: GenerationParts) {
    const { log, events } = parts;
    this.number = number;
    this.catalog = createCatalog(features, log);
    this.own = new Map(
      [...features.tenantFeatures ?? []].map(([id, own]) => [id, createCatalog(own, log)]),
    );
    this.views = new Views(this.catalog, this.own);
    const { validator, auditPolicy } = features;
    this.policies = { ...(validator && { validator }), ...(auditPolicy && { auditPolicy }) };
    this.#watch = parts.watch;
    this.#onRetired = features.onRetired;
    this.handle = withEvents(parts.buildPipeline(this), this.own, events);
  }

  /** Calls that go on. */
  get open(): number {
    return this.#open;
  }

  begin(call: Call): void {
    call.generation = this;
    this.#watch.begin(call);
  }

  wait(call: Call): void {
    this.#open++;
    this.#watch.wait(call);
  }

  end(call: Call, outcome: Outcome, waited: boolean): void {
    this.#watch.end(call, outcome, waited);
    if (waited && --this.#open === 0) this.#onEmpty?.();
  }

  /** It was replaced: `then` is called once when its last call has ended, at once without any. */
  retire(then: () => void): void {
    this.#onEmpty = () => {
      this.#onEmpty = undefined;
      this.#onRetired?.();
      then();
    };
    if (this.#open === 0) this.#onEmpty();
  }
}

/** Which listeners hear of a call depends on whose resources it can change. */
function withEvents(
  pipeline: Handler,
  own: ReadonlyMap<string, Catalog>,
  events: EventHub,
): Handler {
  const hubs = new Map(
    [...own].map(([id, { resources }]) =>
      [id, new TenantEvents(events, id, (uri) => resources.find(uri) !== undefined)] as const
    ),
  );
  return (call) => {
    call.events = hubs.size === 0 ? events : hubs.get(call.tenant) ?? events;
    return pipeline(call);
  };
}

/** How long a replaced generation has, unless the runtime is told otherwise. @throws for what is out of range */
export function checkRetireMs(retireMs: number = LIMITS.retireMsMax): number {
  if (retireMs > 0 && retireMs <= LIMITS.timeoutMsMax) return retireMs;
  const text =
    `Cannot create runtime: retireMs is ${retireMs}, expected 1 to ${LIMITS.timeoutMsMax}`;
  throw new GomcpError("invalid_request", text);
}

/** What calls of one tenant tell: of what is the tenant's own, nobody else hears. */
import { EventHub, type ServerEvent } from "./events.ts";

export class TenantEvents extends EventHub {
  readonly #hub: EventHub;
  readonly #tenant: string;
  readonly #isOwn: (uri: string) => boolean;

  /** Tells by `hub`; `isOwn` tells resources of the tenant's own from shared ones. */
  constructor(hub: EventHub, tenant: string, isOwn: (uri: string) => boolean) {
    super();
    this.#hub = hub;
    this.#tenant = tenant;
    this.#isOwn = isOwn;
  }

  override emit(event: ServerEvent): void {
    const isOwn = event.kind === "resource_updated" && this.#isOwn(event.uri);
    this.#hub.emit(isOwn ? { ...event, tenant: this.#tenant } : event);
  }
}

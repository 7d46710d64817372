/** Who a caller is, read only when somebody asks: most tools and layers never do. */
import { isRecord } from "../../base/json.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import type { ClientStatement } from "../../protocol/era.ts";
import type { Request } from "./request.ts";

/** What a client says of itself, beside what its connection shows. */
export class ClaimedClient implements ClientInfo {
  readonly #claimed: Readonly<Record<string, unknown>>;
  readonly #connection: ClientInfo;

  /** `claimed` is what the client sent as its `clientInfo`; other types than strings are left out. */
  constructor(claimed: Readonly<Record<string, unknown>>, connection: ClientInfo) {
    this.#claimed = claimed;
    this.#connection = connection;
  }

  get name(): string | undefined {
    return textOf(this.#claimed.name);
  }

  get version(): string | undefined {
    return textOf(this.#claimed.version);
  }

  get address(): string | undefined {
    return this.#connection.address;
  }

  toJSON(): ClientInfo {
    return { name: this.name, version: this.version, address: this.address };
  }
}

/** Who sent a request: modern clients say it each time, in its metadata, legacy ones once. */
export function clientOf({ peer }: Request, statement: ClientStatement | undefined): ClientInfo {
  const claimed = statement?.clientInfo;
  return isRecord(claimed) ? new ClaimedClient(claimed, peer.connection) : peer.client;
}

/** A name goes into logs and records: in bounded length only. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, 200) : undefined;
}

/**
 * Connections to the addresses that a name was looked up for, and to no others: what was checked is
 * what is connected to, whatever the name says a moment later (DNS rebinding).
 */
import { lookup } from "node:dns/promises";
import { GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { isForbiddenAddress, isForbiddenHost } from "../../upstreams/forbidden_addresses.ts";

/** All addresses of a name; rejects when there are none. */
export type LookUp = (host: string) => Promise<readonly string[]>;

/** A way to one of a server's addresses. */
export interface PinnedClient {
  readonly client: Deno.HttpClient;
  /** The address cannot be connected to; false when there is no other one to try. */
  next(): boolean;
}

interface Pin {
  /** Those that can be connected to, one after the other; undefined for whatever the name means. */
  readonly addresses: readonly (string | undefined)[];
  at: number;
  client: Deno.HttpClient;
  untilMs: number;
}

const POOL = { poolMaxIdlePerHost: 64 };
/** Servers with pins at once: an upstream has one or two. */
const PINS_MAX = 16;
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

export class PinnedClients {
  readonly #allowsAll: boolean;
  readonly #lookUp: LookUp;
  readonly #pins = new Map<string, Pin>();
  readonly #looking = new Map<string, Promise<Pin>>();
  /** Connects by name: where every address is allowed, and where a proxy does. */
  #plain: Deno.HttpClient | undefined;
  #closed = false;

  /** `allowsAll` lets names be link-local, or clouds' metadata. */
  constructor(allowsAll: boolean, lookUp: LookUp = lookUpAll) {
    this.#allowsAll = allowsAll;
    this.#lookUp = lookUp;
  }

  /** @throws {GomcpError} `upstream_failed` for an address that is refused, or a name without any. */
  async to(url: URL): Promise<PinnedClient> {
    if (this.#allowsAll) return this.#byName();
    const known = this.#pins.get(url.host);
    if (known !== undefined && performance.now() < known.untilMs) return this.#toPin(url, known);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (isForbiddenHost(host)) throw forbidden(host);
    if (isLiteral(host)) {
      if (isForbiddenAddress(host)) throw forbidden(host);
      return this.#byName();
    }
    if (PROXIES.some((name) => Deno.env.get(name) || Deno.env.get(name.toLowerCase()))) {
      return await this.#byProxy(host);
    }
    const looking = this.#looking.get(url.host) ?? this.#pin(url, host, known);
    this.#looking.set(url.host, looking);
    try {
      return this.#toPin(url, await looking);
    } finally {
      this.#looking.delete(url.host);
    }
  }

  close(): void {
    this.#closed = true;
    this.#plain?.close();
    for (const { client } of this.#pins.values()) client.close();
    this.#pins.clear();
  }

  #byName(): PinnedClient {
    this.#plain ??= Deno.createHttpClient(POOL);
    return { client: this.#plain, next: () => false };
  }

  /** The proxy looks the name up itself: what we see of it is checked, and may be nothing. */
  async #byProxy(host: string): Promise<PinnedClient> {
    checkAll(await this.#lookUp(host).catch(() => []));
    return this.#byName();
  }

  async #pin(url: URL, host: string, before: Pin | undefined): Promise<Pin> {
    let found: readonly string[];
    try {
      found = await this.#lookUp(host);
    } catch {
      throw failed(`the name ${host} cannot be resolved`);
    }
    checkAll(found);
    if (this.#closed) throw failed("its connection has ended");
    // A server of TLS has to prove the name: what it could be bound to anew cannot.
    const addresses: Pin["addresses"] = url.protocol === "https:" ? [undefined] : found;
    const untilMs = performance.now() + LIMITS.upstreamPinMs;
    const at = before === undefined ? -1 : addresses.indexOf(before.addresses[before.at]);
    if (at >= 0) {
      const pin = { ...before!, addresses, at, untilMs };
      this.#pins.set(url.host, pin);
      return pin;
    }
    before?.client.close();
    const pin = { addresses, at: 0, client: clientTo(url, addresses[0]), untilMs };
    if (this.#pins.size >= PINS_MAX) this.#forgetOne();
    this.#pins.set(url.host, pin);
    return pin;
  }

  #forgetOne(): void {
    const [host, pin] = this.#pins.entries().next().value!;
    pin.client.close();
    this.#pins.delete(host);
  }

  #toPin(url: URL, pin: Pin): PinnedClient {
    const { client, at, addresses } = pin;
    return {
      client,
      next: () => {
        if (this.#closed || this.#pins.get(url.host) !== pin) return false;
        // Another request has gone on to the next one already.
        if (pin.client !== client) return true;
        if (at + 1 >= addresses.length) {
          // All have been tried: whoever comes next looks the name up again.
          pin.untilMs = 0;
          return false;
        }
        client.close();
        pin.at = at + 1;
        pin.client = clientTo(url, addresses[pin.at]);
        return true;
      },
    };
  }
}

/** The name is for the "Host" header; the connection is to the address, and without TLS. */
function clientTo({ port }: URL, address: string | undefined): Deno.HttpClient {
  if (address === undefined) return Deno.createHttpClient(POOL);
  return Deno.createHttpClient({
    ...POOL,
    proxy: {
      transport: "tcp",
      hostname: address.includes(":") ? `[${address}]` : address,
      port: port === "" ? 80 : Number(port),
    },
  });
}

/** One that is forbidden is enough: a name that has it beside others is not an honest one. */
function checkAll(addresses: readonly string[]): void {
  const bad = addresses.find(isForbiddenAddress);
  if (bad !== undefined) throw forbidden(bad);
}

/** URLs write addresses in one way each: numbers and hexadecimals are decimals with dots. */
function isLiteral(host: string): boolean {
  return host.includes(":") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

async function lookUpAll(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function forbidden(address: string): GomcpError {
  return failed(`${address} is link-local or a cloud's metadata; "allowLinkLocal" would allow it`);
}

function failed(what: string): GomcpError {
  return new GomcpError("upstream_failed", what);
}

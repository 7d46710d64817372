/** Requests to an upstream's address, and to nothing that it leads to elsewhere. */
import { lookup } from "node:dns/promises";
import { GomcpError } from "../../base/errors.ts";
import { isForbiddenAddress, isForbiddenHost } from "../../upstreams/forbidden_addresses.ts";

/** How requests are sent. */
export interface GuardedFetch {
  /** @throws {GomcpError} `upstream_failed` for an address that is refused, and a redirect elsewhere. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Its connections are closed. */
  close(): void;
}

const REDIRECTS_MAX = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** `allowLinkLocal` lets requests go where clouds keep their secrets. */
export function guardedFetch(allowLinkLocal: boolean): GuardedFetch {
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 64 });
  const checked = new Set<string>();
  const check = async (url: URL) => {
    if (allowLinkLocal || checked.has(url.hostname)) return;
    await refuseForbidden(url.hostname);
    checked.add(url.hostname);
  };
  return {
    async fetch(address, init) {
      let url = new URL(address);
      for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
        await check(url);
        const response = await fetch(url, { ...init, redirect: "manual", client });
        if (!REDIRECTS.has(response.status)) return response;
        await response.body?.cancel();
        url = redirected(url, response, (init.method ?? "GET") === "GET");
      }
      throw failed(`it redirects more than ${REDIRECTS_MAX} times`);
    },
    close: () => client.close(),
  };
}

/** What is sent has secrets in it: they are for one host. */
function redirected(from: URL, response: Response, isGet: boolean): URL {
  const location = response.headers.get("location") ?? "";
  if (!URL.canParse(location, from.href)) throw failed("it redirects to what is no address");
  const to = new URL(location, from);
  // Other statuses would make a GET of what is no GET.
  const keepsMethod = isGet || response.status === 307 || response.status === 308;
  if (to.origin === from.origin && keepsMethod) return to;
  throw failed(`it redirects (${response.status}) to ${to.origin}, which is not followed`);
}

async function refuseForbidden(hostname: string): Promise<void> {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isForbiddenHost(host)) throw forbidden(host);
  let addresses: readonly { readonly address: string }[];
  try {
    addresses = await lookup(host, { all: true });
  } catch {
    throw failed(`the name ${host} cannot be resolved`);
  }
  for (const { address } of addresses) if (isForbiddenAddress(address)) throw forbidden(address);
}

function forbidden(address: string): GomcpError {
  return failed(`${address} is link-local or a cloud's metadata; "allowLinkLocal" would allow it`);
}

function failed(what: string): GomcpError {
  return new GomcpError("upstream_failed", what);
}

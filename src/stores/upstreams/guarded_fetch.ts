/** Requests to an upstream's address, and to nothing that it leads to elsewhere. */
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { type LookUp, PinnedClients } from "./pinned_clients.ts";

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
export function guardedFetch(allowLinkLocal: boolean, lookUp?: LookUp): GuardedFetch {
  const clients = new PinnedClients(allowLinkLocal, lookUp);
  return {
    async fetch(address, init) {
      let url = new URL(address);
      for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
        const response = await fetchFrom(clients, url, init);
        if (!REDIRECTS.has(response.status)) return response;
        await response.body?.cancel();
        url = redirected(url, response, (init.method ?? "GET") === "GET");
      }
      throw failed(`it redirects more than ${REDIRECTS_MAX} times`);
    },
    close: () => clients.close(),
  };
}

/** Tries one address after the other, as long as none can be connected to. */
async function fetchFrom(clients: PinnedClients, url: URL, init: RequestInit): Promise<Response> {
  for (;;) {
    const { client, next } = await clients.to(url);
    try {
      return await fetch(url, { ...init, redirect: "manual", client });
    } catch (thrown) {
      // Nothing of the request has been sent.
      if (!/\(Connect\)/.test(describeThrown(thrown)) || !next()) throw thrown;
    }
  }
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

function failed(what: string): GomcpError {
  return new GomcpError("upstream_failed", what);
}

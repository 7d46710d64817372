/** Host and Origin, checked on every request: the defence against DNS rebinding and foreign web pages. */
import { isLoopback } from "../../base/web_address.ts";

/** By which names a server may be asked, and from which pages. */
export interface GuardOptions {
  /** The address that the server is bound to. */
  readonly hostname: string;
  /** More host names under which the server may be asked for, such as that of a proxy. */
  readonly allowHosts?: readonly string[];
  /** More origins whose pages may call, such as "https://app.example.com". */
  readonly allowOrigins?: readonly string[];
}

/** Says why a request may not be served, or undefined when it may. */
export type Guard = (host: string | null, origin: string | null) => string | undefined;

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * A host may be a loopback name, the address that the server is bound to, a bare IP address when
 * that is beyond loopback (rebinding needs a name), or one that was allowed. An origin may be that
 * of the request's own host, a loopback one while the server is bound to loopback, or one that was
 * allowed.
 */
export function createGuard({ hostname, allowHosts = [], allowOrigins = [] }: GuardOptions): Guard {
  const hosts = new Set(allowHosts.map((host) => host.toLowerCase()));
  const origins = new Set(allowOrigins.map((origin) => parseOrigin(origin)?.origin ?? origin));
  const local = isLoopback(hostname);
  const bound = hostname.toLowerCase();
  const hostAllowed = (host: string) => {
    const name = hostName(host);
    if (name === undefined) return false;
    return name === bound || LOOPBACK_NAMES.has(name) || hosts.has(name) ||
      hosts.has(host.toLowerCase()) ||
      (!local && isIpAddress(name));
  };
  const originAllowed = (origin: string, host: string) => {
    const url = parseOrigin(origin);
    if (url === undefined) return origins.has(origin);
    return origins.has(url.origin) || url.host === host.toLowerCase() ||
      (local && isLoopback(url.hostname));
  };
  let lastGoodHost: string | undefined;
  return (host, origin) => {
    if (host === null) return "the Host header is missing";
    if (host !== lastGoodHost) {
      if (!hostAllowed(host)) return "the Host header names a host that is not allowed";
      lastGoodHost = host;
    }
    if (origin === null || originAllowed(origin, host)) return undefined;
    return "the Origin header names an origin that is not allowed";
  };
}

/** The name of a Host header, in lower case, without the port; IPv6 keeps its brackets. */
function hostName(host: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]/@?#\s]+)(?::\d{1,5})?$/i.exec(host);
  return match?.[1]?.toLowerCase();
}

function isIpAddress(name: string): boolean {
  return name.startsWith("[") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
}

function parseOrigin(origin: string): URL | undefined {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) ? url : undefined;
}

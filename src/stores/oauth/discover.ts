/** Where an issuer has its keys: RFC 8414, and OpenID Connect Discovery 1.0. */
import { isRecord } from "../../base/json.ts";
import { isLoopback, webAddressFault } from "../../base/web_address.ts";
import { fetchJson, NothingThere } from "./fetch_json.ts";

const OAUTH = "/.well-known/oauth-authorization-server";
const OPENID = "/.well-known/openid-configuration";

/**
 * Asks an issuer for the address of its keys.
 *
 * @throws {Error} when it has no metadata, or such as is not to be trusted.
 */
export async function discoverJwksUrl(issuer: string, signal: AbortSignal): Promise<string> {
  for (const url of metadataUrls(issuer)) {
    const metadata = await fetchJson(url, signal).catch((error) => {
      if (error instanceof NothingThere) return undefined;
      throw error;
    });
    if (metadata !== undefined) return checkMetadata(metadata, url, issuer);
  }
  throw new Error(`the issuer has no metadata at ${metadataUrls(issuer).join(" nor at ")}`);
}

/** RFC 8414 section 3 puts its path behind the well-known one, OpenID Connect before it. */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  const urls = [origin + OAUTH + path, origin + OPENID + path, origin + path + OPENID];
  return [...new Set(urls)];
}

/** The issuer must be the one that was asked (RFC 8414 section 3.3): it may host those of others. */
function checkMetadata(metadata: unknown, url: string, issuer: string): string {
  const { issuer: named, jwks_uri: jwks } = isRecord(metadata) ? metadata : {};
  if (named !== issuer) {
    const found = typeof named === "string" ? `"${named.slice(0, 200)}"` : "no text";
    throw new Error(`${url} names as its issuer ${found}, expected "${issuer}"`);
  }
  const fault = typeof jwks === "string" ? jwksFault(jwks, issuer) : "it is no text";
  if (fault === undefined) return jwks as string;
  throw new Error(`${url} has a jwks_uri that is not trusted: ${fault}`);
}

/** An issuer on the web has no business with what listens on this machine. */
function jwksFault(jwks: string, issuer: string): string | undefined {
  const fault = webAddressFault(jwks.split("?", 1)[0]!);
  if (fault !== undefined || jwks.includes("#")) return fault ?? "it has a fragment";
  const isLocal = isLoopback(new URL(jwks).hostname);
  return isLocal && !isLoopback(new URL(issuer).hostname) ? "it is on loopback" : undefined;
}

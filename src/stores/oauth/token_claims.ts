/** What a token's claims are here: whose it is, in which tenant, with which scopes. */
import { LIMITS } from "../../base/limits.ts";

/** Which tenant tokens are of: always one, or the one that a claim names. */
export type TenantSource = { readonly tenant: string } | {
  /** The name of the claim. */
  readonly claim: string;
  /** Tenants by what the claim says; without it, the claim says the tenant's id. */
  readonly tenants?: ReadonlyMap<string, string> | undefined;
};

type Claims = Readonly<Record<string, unknown>>;

/** A value, or what is wrong with the token. */
export type Read<T> = { readonly value: T } | { readonly fault: string };

/** Beside the ids of API keys, which are letters and digits, a subject must not be taken for one. */
const SUBJECT_PREFIX = "oauth:";

/** Whose token it is: the subject (RFC 9068 section 2.2). */
export function subjectOf({ sub }: Claims): Read<string> {
  if (typeof sub !== "string" || sub === "") return { fault: "it has no subject" };
  if (sub.length > LIMITS.tokenSubjectCharsMax) {
    const text = `its subject has ${sub.length} characters, expected at most ` +
      LIMITS.tokenSubjectCharsMax;
    return { fault: text };
  }
  return { value: SUBJECT_PREFIX + sub };
}

/** The tenant's id. A claim may be a list of one, as some issuers have it for organisations. */
export function tenantOf(claims: Claims, source: TenantSource): Read<string> {
  if ("tenant" in source) return { value: source.tenant };
  const { claim, tenants } = source;
  const said = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  const value = Array.isArray(said) && said.length === 1 ? said[0] : said;
  if (typeof value !== "string" || value === "") {
    return { fault: `its claim "${claim}" does not name one tenant` };
  }
  const tenant = tenants === undefined ? value : tenants.get(value);
  if (tenant !== undefined) return { value: tenant };
  return { fault: `its claim "${claim}" names a tenant that is not known here` };
}

/** `scope` (RFC 9068 section 2.2.3), or `scp`, as other issuers call it; a text or a list. */
export function grantedScopes({ scope, scp }: Claims): ReadonlySet<string> {
  const said = scope ?? scp;
  const list = Array.isArray(said) ? said : typeof said === "string" ? said.split(" ") : [];
  return new Set(list.filter((each) => typeof each === "string" && each !== ""));
}

/** Why a token that is signed as it should be is still none for this use; undefined for one that is. */
export function wrongKind(header: Claims, claims: Claims): string | undefined {
  const typ = header.typ === undefined ? undefined : String(header.typ);
  // RFC 9068 section 2.1; many issuers say "JWT" or nothing, and other words for other tokens.
  if (typ !== undefined && !/^(application\/)?(at\+)?jwt$/i.test(typ)) {
    return "it is no access token: its typ is none of at+jwt and JWT";
  }
  // OpenID Connect Core section 2. Nothing says "ID token" in words, but these are of it alone; a
  // nonce has come to stand in some access tokens, too, and only their typ tells them apart.
  const isNonced = claims.nonce !== undefined && !/at\+jwt$/i.test(typ ?? "");
  if (claims.at_hash !== undefined || claims.c_hash !== undefined || isNonced) {
    return "it is no access token: it is an ID token";
  }
  // RFC 7800, RFC 9449: whoever takes it without the proof undoes what binds it.
  if (claims.cnf !== undefined) {
    return "it is bound to a key of the client, which is not checked here";
  }
  return undefined;
}

/** Whose tokens are taken and what they are good for: the flags of it, and what they come to. */
import { GomcpError } from "../base/errors.ts";
import { TOKEN_ALGORITHMS, type TokenAlgorithm } from "../base/token_algorithms.ts";
import { isLoopback, webAddressFault } from "../base/web_address.ts";
import { collectFaults } from "./faults.ts";
import type { Flag, FlagValues } from "./flags.ts";

export const OAUTH_FLAGS: readonly Flag[] = [
  {
    name: "oauth-issuer",
    kind: "text",
    value: "URL",
    help: "takes access tokens of this issuer, as they have it in iss; then nobody is served " +
      "without a token or key, but for --allow-anonymous",
  },
  {
    name: "oauth-scope",
    kind: "list",
    value: "SCOPE=GLOBS",
    separator: ";",
    help: 'what a scope is good for, such as "files:read=read_*,list_*"; may be repeated',
  },
  {
    name: "oauth-audience",
    kind: "list",
    value: "TEXT",
    help: "what tokens must be meant for, in aud; may be repeated [--resource-url, with and " +
      "without /mcp]",
  },
  {
    name: "resource-url",
    kind: "text",
    value: "URL",
    help: "the address of this server as clients reach it, which they ask tokens for",
  },
  {
    name: "oauth-tenant",
    kind: "text",
    value: "ID",
    help: "the tenant of all tokens [default]",
  },
  {
    name: "oauth-tenant-claim",
    kind: "text",
    value: "NAME",
    help: "the claim that says a token's tenant",
  },
  {
    name: "oauth-tenant-map",
    kind: "list",
    value: "VALUE=ID",
    help: "which tenant is meant by a value of that claim; may be repeated [VALUE is the ID]",
  },
  {
    name: "oauth-algorithms",
    kind: "list",
    value: "NAMES",
    help: "signatures that are taken, such as RS256,ES256 [all with public keys]",
  },
  {
    name: "oauth-jwks",
    kind: "text",
    value: "URL",
    help: "where the issuer's keys are [what its metadata says]",
  },
  {
    name: "allow-any-scope",
    kind: "switch",
    flagOnly: true,
    help: "makes tokens good for all that their tenant may see, whatever their scopes",
  },
];

/** What is said of tokens; `jwt` is what they are checked by, `resource` what clients are told. */
export interface OauthConfig {
  readonly jwt: {
    readonly issuer: string;
    readonly audiences: readonly string[];
    readonly jwksUrl: string | undefined;
    readonly algorithms: readonly TokenAlgorithm[] | undefined;
    readonly scopes: readonly OauthScope[] | "any";
    readonly tenants:
      | { readonly tenant: string }
      | { readonly claim: string; readonly tenants: ReadonlyMap<string, string> | undefined };
  };
  readonly resource: {
    readonly url: string | undefined;
    readonly authorizationServers: readonly string[];
    readonly scopes: readonly string[];
  };
}

/** What a scope is good for. */
export interface OauthScope {
  readonly scope: string;
  readonly globs: readonly string[];
}

/** What else is said of the server. */
export interface OauthPlace {
  readonly mode: string;
  readonly hostname: string;
}

type Where = (name: string) => string;

/** @throws {GomcpError} `invalid_request` naming the flag or variable, and what it takes. */
export function readOauthConfig(
  values: FlagValues,
  originOf: Where,
  place: OauthPlace,
): OauthConfig | undefined {
  const issuer = url(values, "oauth-issuer", originOf);
  if (issuer === undefined) return refuseOthers(values, originOf);
  if (place.mode === "stdio") {
    throw bad(`use ${originOf("oauth-issuer")}: --mode=stdio has no HTTP, expected http or all`);
  }
  const resourceUrl = url(values, "resource-url", originOf);
  if (resourceUrl === undefined && !isLoopback(place.hostname)) {
    throw bad(
      `use ${originOf("oauth-issuer")} on ${place.hostname}: clients could not be told for what ` +
        "address to get a token, expected --resource-url",
    );
  }
  return collectFaults((part) => {
    const scopes = part(() => readScopes(values, originOf)) ?? "any";
    return {
      jwt: {
        issuer,
        audiences: part(() => readAudiences(values, originOf, resourceUrl)),
        jwksUrl: part(() => url(values, "oauth-jwks", originOf, true)),
        algorithms: part(() => readAlgorithms(values, originOf)),
        scopes,
        tenants: part(() => readTenants(values, originOf)),
      },
      resource: {
        url: resourceUrl,
        authorizationServers: [issuer],
        scopes: scopes === "any" ? [] : [...new Set(scopes.map(({ scope }) => scope))],
      },
    };
  });
}

/** What belongs to tokens means nothing where none are taken: then something was forgotten. */
function refuseOthers(values: FlagValues, originOf: Where): undefined {
  for (const { name } of OAUTH_FLAGS) {
    const value = values[name];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) {
      continue;
    }
    throw bad(`use ${originOf(name)}: no tokens are taken, expected --oauth-issuer beside it`);
  }
}

function url(
  values: FlagValues,
  name: string,
  originOf: Where,
  withQuery = false,
): string | undefined {
  const text = values[name] as string | undefined;
  if (text === undefined) return undefined;
  const fault = webAddressFault(withQuery ? text.split("?", 1)[0]! : text);
  if (fault === undefined) return text;
  throw bad(`read ${originOf(name)}: it is "${shown(text)}", and ${fault}, expected https://…`);
}

/** A password in an address stays out of messages. */
function shown(text: string): string {
  return text.replace(/\/\/[^/]*@/, "//…@");
}

function readAudiences(
  values: FlagValues,
  originOf: Where,
  resourceUrl: string | undefined,
): readonly string[] {
  const said = values["oauth-audience"] as readonly string[];
  if (said.length > 0) return said;
  if (resourceUrl === undefined) {
    throw bad(
      `use ${originOf("oauth-issuer")}: nothing says what tokens must be meant for, expected ` +
        "--oauth-audience or --resource-url",
    );
  }
  const base = resourceUrl.replace(/\/$/, "").replace(/\/mcp$/, "");
  return [base, `${base}/`, `${base}/mcp`];
}

function readScopes(values: FlagValues, originOf: Where): readonly OauthScope[] | "any" {
  const said = values["oauth-scope"] as readonly string[];
  if (values["allow-any-scope"] === true) {
    if (said.length === 0) return "any";
    throw bad(`use --allow-any-scope: ${originOf("oauth-scope")} says the opposite`);
  }
  if (said.length === 0) {
    throw bad(
      `use ${originOf("oauth-issuer")}: nothing says what tokens are good for, expected ` +
        "--oauth-scope SCOPE=GLOBS or --allow-any-scope",
    );
  }
  return said.map((text) => {
    const [scope, globs] = pair(text, originOf("oauth-scope"), "SCOPE=GLOBS");
    return { scope, globs: globs.split(",") };
  });
}

function readTenants(values: FlagValues, originOf: Where): OauthConfig["jwt"]["tenants"] {
  const claim = values["oauth-tenant-claim"] as string | undefined;
  const tenant = values["oauth-tenant"] as string | undefined;
  const map = values["oauth-tenant-map"] as readonly string[];
  if (claim === undefined) {
    if (map.length === 0) return { tenant: tenant ?? "default" };
    throw bad(`use ${originOf("oauth-tenant-map")}: expected --oauth-tenant-claim beside it`);
  }
  if (tenant !== undefined) {
    throw bad(
      `use ${originOf("oauth-tenant")}: ${originOf("oauth-tenant-claim")} says the opposite`,
    );
  }
  const pairs = map.map((text) => pair(text, originOf("oauth-tenant-map"), "VALUE=ID"));
  return { claim, tenants: pairs.length === 0 ? undefined : new Map(pairs) };
}

function readAlgorithms(
  values: FlagValues,
  originOf: Where,
): readonly TokenAlgorithm[] | undefined {
  const said = (values["oauth-algorithms"] as readonly string[]).flatMap((text) => text.split(","));
  if (said.length === 0) return undefined;
  return said.map((text) => {
    const known = TOKEN_ALGORITHMS.find((name) => name === text.trim());
    if (known !== undefined) return known;
    const where = originOf("oauth-algorithms");
    throw bad(`read ${where}: it is "${text}", expected some of ${TOKEN_ALGORITHMS.join(", ")}`);
  });
}

/** The last "=" is the one between: what stands before it may have some, a glob or an id has none. */
function pair(text: string, where: string, form: string): [string, string] {
  const [, name, value] = /^\s*(.+)=([^=]+?)\s*$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw bad(`read ${where}: it is "${text}", expected ${form}`);
}

function bad(what: string): GomcpError {
  return new GomcpError("invalid_request", `Cannot ${what}`);
}

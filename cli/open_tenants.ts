/** Opens the state that tenants are kept in, and says who the client of stdio is. */
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import type { Logger } from "../src/base/log.ts";
import type { OauthConfig } from "../src/config/oauth_config.ts";
import type { ServeConfig } from "../src/config/serve_config.ts";
import { type StateConfig, usualStateUrl } from "../src/config/state_config.ts";
import {
  type Access,
  createTenantManager,
  DEFAULT_TENANT,
  refusedAccess,
  type TenantManager,
} from "../src/runtime/tenants.ts";
import type { JwtVerifier } from "../src/stores/oauth/jwt_verifier.ts";
import { openState } from "../src/stores/state/open_state.ts";
import { KEY_VARIABLE } from "./api_key.ts";

/** Where the state is: of tenants, and of tasks. */
export function stateUrlOf({ url }: StateConfig, log: Logger): string {
  return url ?? usualState(log);
}

export async function openTenants(
  url: string,
  config: StateConfig,
  log: Logger,
  tokens: JwtVerifier | undefined,
): Promise<TenantManager> {
  const store = await openState(url, log);
  log.debug("state opened", { where: store.location });
  const parts = tokens === undefined ? {} : { tokens };
  const { failure: stateFailure, defaults } = config;
  return createTenantManager(store, { log, stateFailure, defaults, ...parts });
}

/** Says which tenants the server was told of that nobody has created: they may be, or it is a typing error. */
export async function warnOfUnknownTenants(
  tenants: TenantManager,
  { state, tls, oauth }: Pick<ServeConfig, "state" | "tls" | "oauth">,
  log: Logger,
): Promise<void> {
  const named = [
    ...state.own.keys(),
    ...tls?.tenants.values() ?? [],
    ...oauth === undefined ? [] : tenantsOfTokens(oauth),
  ];
  for (const tenant of new Set(named)) {
    if (tenant === DEFAULT_TENANT || await tenants.getTenant(tenant) !== undefined) continue;
    log.warn("there is no such tenant; what is configured for it serves nobody until there is", {
      tenant,
    });
  }
}

function tenantsOfTokens({ jwt: { tenants } }: OauthConfig): readonly string[] {
  if ("tenant" in tenants) return [tenants.tenant];
  return [...tenants.tenants?.values() ?? []];
}

/** Where nothing can be kept, and nothing was, a server without tenants still serves. */
function usualState(log: Logger): string {
  const url = usualStateUrl((name) => Deno.env.get(name));
  const path = url?.slice("sqlite:".length);
  if (path === undefined) return "memory:";
  try {
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    return url!;
  } catch (error) {
    log.warn("tenants cannot be kept; expected --state", { path, error: describeThrown(error) });
    return "memory:";
  }
}

/** Opens the state for a command that changes it: it must be one that lasts. */
export async function openLastingTenants(
  said: string | undefined,
  log: Logger,
): Promise<TenantManager> {
  return createTenantManager(await openState(lastingStateUrl(said, "tenants"), log), { log });
}

/** @throws {GomcpError} `invalid_request` for a state that is gone with its process. */
export function lastingStateUrl(said: string | undefined, what: string): string {
  const url = said ?? usualStateUrl((name) => Deno.env.get(name));
  if (url !== undefined && url !== "memory:") return url;
  const where = url === undefined ? "a home that is not known" : `"${url}"`;
  const text = `Cannot keep ${what} in ${where}: expected --state=sqlite:PATH or redis://…`;
  throw new GomcpError("invalid_request", text);
}

/** Who the client of stdio is, by that key. */
export async function stdioAccess(
  tenants: TenantManager,
  key: string | undefined,
  { requireKey }: StateConfig,
  log: Logger,
): Promise<Access> {
  if (key === undefined && requireKey) {
    const detail = `Cannot serve request: the server was started without ${KEY_VARIABLE}`;
    return refusedAccess({ code: "unauthenticated", detail });
  }
  const access = await tenants.authenticate(key);
  if (!("code" in access)) return access;
  log.warn("credential refused", { from: KEY_VARIABLE, why: access.detail });
  // Of a tenant that is suspended: it may be resumed.
  const known = key === undefined ? undefined : tenants.known(key);
  return known ?? refusedAccess(access);
}

/** Who is it? Asked by adapters for each request; attempts that fail are limited by address. */
import type { Clock } from "../base/clock.ts";
import type { Problem } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { RateLimit } from "../base/rate_limit.ts";
import type { Access } from "../pipeline/access.ts";
import { type ClientInfo, DEFAULT_TENANT } from "../pipeline/call.ts";
import { createRateLimiter, type RateLimiter } from "../ratelimit/limiter.ts";
import type { TenantManager } from "../tenants/manager.ts";

/**
 * Gives the access that a credential is good for, or why it is good for none. An adapter that found
 * something else in its place hands over why that is refused: it counts as an attempt that failed.
 */
export type Authenticator = (
  credential: string | Problem | undefined,
  client: ClientInfo,
) => Access | Problem | Promise<Access | Problem>;

/** Wrong credentials from one address, unless the server has limits of its own for logins. */
const LOGINS: RateLimit = {
  name: "logins",
  count: 10,
  periodMs: 60_000,
  per: ["address"],
  operations: ["login"],
};
/** Addresses that are told apart. */
const ADDRESSES_MAX = 100_000;

export interface AuthenticatorOptions {
  readonly tenants: TenantManager;
  readonly rateLimits: readonly RateLimit[];
  readonly clock: Clock;
  readonly log: Logger;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { tenants, rateLimits, clock } = options;
  const own = rateLimits.filter(({ operations }) => operations?.includes("login"));
  const logins = createRateLimiter(own.length > 0 ? own : [LOGINS], {
    clock,
    keysMax: ADDRESSES_MAX,
  });
  /** Accesses that have been told to be good for nothing any more: once is enough. */
  const told = new WeakSet<Access>();
  /** It is or was a good one: tokens expire in normal work. */
  const noGuess = (known: Access, client: ClientInfo): Access | Problem => {
    const { problem } = known;
    if (problem === undefined) return known;
    if (!told.has(known)) tell(client, problem, options);
    told.add(known);
    return problem;
  };
  return (credential, client) => {
    if (credential === undefined) return tenants.authenticate(undefined);
    const known = typeof credential === "string" ? tenants.known(credential) : undefined;
    if (known !== undefined) return noGuess(known, client);
    const refusal = logins.peekRate(subjectOf(client));
    if (refusal !== undefined) return refusal;
    if (typeof credential !== "string") return note(credential, client, logins, options);
    const settle = (answer: Access | Problem) => {
      // Such as the key of a tenant that is suspended.
      const shown = "code" in answer ? tenants.known(credential) : undefined;
      return shown !== undefined ? noGuess(shown, client) : note(answer, client, logins, options);
    };
    const answer = tenants.authenticate(credential);
    return answer instanceof Promise ? answer.then(settle) : settle(answer);
  };
}

function note(
  answer: Access | Problem,
  client: ClientInfo,
  logins: RateLimiter,
  options: AuthenticatorOptions,
): Access | Problem {
  if (!("code" in answer) || answer.code === "overloaded") return answer;
  logins.checkRate(subjectOf(client));
  tell(client, answer, options);
  return answer;
}

function tell({ address }: ClientInfo, { detail: why }: Problem, { log }: AuthenticatorOptions) {
  log.warn("credential refused", { address, why });
}

function subjectOf(client: ClientInfo) {
  return { operation: "login", name: "login", tenant: DEFAULT_TENANT, client } as const;
}

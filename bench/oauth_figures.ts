/**
 * What tokens of OAuth cost, printed: one that is known, and one that is checked for the first time.
 * `deno run -A bench/oauth_figures.ts`; microseconds of CPU time, medians of rounds.
 */
import { systemClock } from "../src/base/clock.ts";
import { SILENT_LOG } from "../src/base/log.ts";
import { createAuthenticator } from "../src/runtime/authenticate.ts";
import { memoryState } from "../src/stores/state/memory_state.ts";
import { createJwtVerifier } from "../src/stores/oauth/jwt_verifier.ts";
import { createTenantManager } from "../src/tenants/manager.ts";
import { AUDIENCE, TestIssuer } from "../tests/support/issuer.ts";
import { consume, costs } from "./support.ts";

const CLIENT = { address: "127.0.0.1" };
/** Makes a token nearly as large as one may be. */
const PAD = "x".repeat(11_000);

async function figures(alg: string): Promise<void> {
  await using issuer = await TestIssuer.start({ alg });
  const scopes = [{ scope: "files:read", globs: ["read_*", "list_*"] }];
  const tokens = createJwtVerifier({ issuer: issuer.url, audiences: [AUDIENCE], scopes });
  await tokens.refresh();
  const tenants = createTenantManager(memoryState(), { tokens });
  const options = { tenants, rateLimits: [], clock: systemClock, log: SILENT_LOG };
  const authenticate = createAuthenticator(options);
  const claims = { scope: "openid profile files:read", email: "alice@example.com" };
  const token = await issuer.token({ claims });
  const large = await issuer.token({ claims: { ...claims, pad: PAD } });
  for (const each of [token, large]) await authenticate(each, CLIENT);
  const [known, knownLarge] = await costs(50_000, [
    () => consume(authenticate(token, CLIENT)),
    () => consume(authenticate(large, CLIENT)),
  ]);
  const [checked] = await costs(500, [() => tokens.verify(token)]);
  const micros = (ns: number | undefined) => `${(ns! / 1_000).toFixed(1)} µs`;
  console.log(
    `${alg}: a token that is known ${micros(known)} (${token.length} characters), ` +
      `${micros(knownLarge)} (${large.length}); one that is checked ${micros(checked)}`,
  );
  await tenants.close();
}

for (const alg of ["ES256", "RS256"]) await figures(alg);

/** What tokens of OAuth cost: one that is known, and one that is checked for the first time. */
import { systemClock } from "../src/base/clock.ts";
import { SILENT_LOG } from "../src/base/log.ts";
import { createAuthenticator } from "../src/runtime/authenticate.ts";
import { memoryState } from "../src/stores/state/memory_state.ts";
import { createJwtVerifier } from "../src/stores/oauth/jwt_verifier.ts";
import { createTenantManager } from "../src/tenants/manager.ts";
import { AUDIENCE, TestIssuer } from "../tests/support/issuer.ts";
import { consume } from "./support.ts";

const CLIENT = { address: "127.0.0.1" };

for (const alg of ["ES256", "RS256"]) {
  const issuer = await TestIssuer.start({ alg });
  const scopes = [{ scope: "files:read", globs: ["read_*", "list_*"] }];
  const tokens = createJwtVerifier({ issuer: issuer.url, audiences: [AUDIENCE], scopes });
  await tokens.refresh();
  const tenants = createTenantManager(memoryState(), { tokens });
  const options = { tenants, rateLimits: [], clock: systemClock, log: SILENT_LOG };
  const authenticate = createAuthenticator(options);
  const claims = { scope: "openid profile files:read", email: "alice@example.com" };
  const token = await issuer.token({ claims });
  await authenticate(token, CLIENT);
  const what = `${token.length} characters, ${alg}`;
  Deno.bench(`a token that is known (${what})`, { group: "known" }, () => {
    consume(authenticate(token, CLIENT));
  });
  Deno.bench(`a token that is checked (${what})`, { group: "checked" }, async () => {
    consume(await tokens.verify(token));
  });
  // Of the largest size that a token may have.
  const large = await issuer.token({ claims: { ...claims, pad: "x".repeat(11_000) } });
  await authenticate(large, CLIENT);
  Deno.bench(`a token that is known (${large.length} characters)`, { group: "known" }, () => {
    consume(authenticate(large, CLIENT));
  });
}

/** Opens what checks tokens of OAuth, and says how it is with their keys. */
import type { Logger } from "../src/base/log.ts";
import type { OauthConfig } from "../src/config/oauth_config.ts";
import type { JwtVerifier } from "../src/stores/oauth/jwt_verifier.ts";

/**
 * Undefined where no tokens are taken. An issuer that is away does not keep a server from starting:
 * API keys are good without it. Until its keys are there, the server is not ready.
 */
export async function openOauth(
  oauth: OauthConfig | undefined,
  log: Logger,
): Promise<JwtVerifier | undefined> {
  if (oauth === undefined) return undefined;
  const { createJwtVerifier } = await import("../src/stores/oauth/jwt_verifier.ts");
  const { issuer, audiences, scopes } = oauth.jwt;
  log.info("taking tokens", { issuer, audiences, anyScope: scopes === "any" });
  return createJwtVerifier({ ...oauth.jwt, log });
}

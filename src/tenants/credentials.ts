/** Who has a credential: a key, a token of OAuth, or none at all. */
import type { Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Access } from "../pipeline/access.ts";
import { DEFAULT_TENANT } from "../pipeline/call.ts";
import { hashKey, KEY_PREFIX } from "./api_key.ts";
import type { Directory } from "./directory.ts";
import { unauthenticated } from "./refusals.ts";
import type { MaybePromise } from "./state_store.ts";
import type { TokenVerifier } from "./token.ts";

export class Credentials {
  readonly #directory: Directory;
  readonly #tokens: TokenVerifier | undefined;

  constructor(directory: Directory, tokens: TokenVerifier | undefined) {
    this.#directory = directory;
    this.#tokens = tokens;
  }

  /** False while no token can be checked. */
  get isReady(): boolean {
    return this.#tokens?.isReady?.() !== false;
  }

  authenticate(credential: string | undefined): MaybePromise<Access | Problem> {
    if (credential === undefined) return this.#directory.plain(DEFAULT_TENANT);
    if (credential.length > LIMITS.credentialCharsMax) {
      return unauthenticated("The credential is too long");
    }
    const known = this.#directory.cached(credential);
    if (known !== undefined) return known.problem ?? known;
    if (credential.startsWith(KEY_PREFIX) || this.#tokens === undefined) {
      return this.#directory.byKey(credential);
    }
    return this.#byToken(this.#tokens, credential);
  }

  async #byToken(tokens: TokenVerifier, token: string): Promise<Access | Problem> {
    const checked = await tokens.verify(token);
    if ("code" in checked) return checked;
    const { tenant, subject: credential, scopes, expiresMs } = checked;
    const grant = { credential, scopes, expiresMs, token: checked };
    return await this.#directory.byGrant(tenant, hashKey(token), grant);
  }

  known(credential: string): Access | undefined {
    if (credential.length > LIMITS.credentialCharsMax) return undefined;
    return this.#directory.cached(credential);
  }
}

/** A caller that proved who it is, by a key, a token, or by being let in without either. */
import type { Clock } from "../base/clock.ts";
import type { Problem } from "../base/errors.ts";
import type { Access, VisibleNames } from "../pipeline/access.ts";
import type { MaybePromise } from "./state_store.ts";
import { compileRule, ruleText } from "./name_rule.ts";
import { compileResourceRule } from "./resource_rule.ts";
import { insufficientScope, suspended, unauthenticated } from "./refusals.ts";
import type { TenantRule } from "./tenant_rule.ts";
import type { TenantState } from "./tenant_state.ts";
import type { TokenClaims } from "./token.ts";

/** What a token says that counts for as long as it is used. */
type TokenPart = Pick<TokenClaims, "scopesFor" | "isCurrent" | "namesTenant">;

/** What a credential is good for, beside what its tenant may do. */
export interface Grant {
  /** Names the credential in logs; undefined for callers without one. */
  readonly credential: string | undefined;
  /** Globs of what it is good for; undefined for everything. */
  readonly scopes: readonly string[] | undefined;
  /** From when on it is refused, in milliseconds since 1970. */
  readonly expiresMs: number | undefined;
  /** For what no store knows, such as a token of OAuth: what it says of itself. */
  readonly token?: TokenPart;
}

/** Without a credential. */
export const NOBODY: Grant = { credential: undefined, scopes: undefined, expiresMs: undefined };

/** What is shared by all accesses of one directory. */
interface AccessHome {
  readonly clock: Clock;
}

export class TenantAccess implements Access {
  readonly tenant: string;
  #state: TenantState;
  readonly #home: AccessHome;
  #grant: Grant;
  #revoked = false;
  /** The tenant's rule that `#names` was made of. */
  #madeOf: TenantRule | undefined;
  #names!: VisibleNames;
  /** The key's use was last told to the store then. */
  toldUseMs = -Infinity;
  memo: { readonly home: object } | undefined = undefined;

  #ofTenant: TenantAccess | undefined;

  constructor(state: TenantState, grant: Grant, home: AccessHome) {
    this.tenant = state.id;
    this.#state = state;
    this.#grant = grant;
    this.#home = home;
  }

  get state(): TenantState {
    return this.#state;
  }

  get credential(): string | undefined {
    return this.#grant.credential;
  }

  get isToken(): boolean {
    return this.#grant.token !== undefined;
  }

  /** False for a token whose key has been withdrawn: whether it is good has to be found out anew. */
  get isCurrent(): boolean {
    return this.#grant.token?.isCurrent?.() !== false;
  }

  get problem(): Problem | undefined {
    if (this.#revoked) return unauthenticated("The credential has been revoked");
    if (this.state.gone) return unauthenticated("The credential's tenant does not exist any more");
    if (this.state.suspended) return suspended();
    const { expiresMs, token } = this.#grant;
    if (expiresMs !== undefined && this.#home.clock.wall() >= expiresMs) {
      return unauthenticated("The credential has expired");
    }
    return token === undefined ? undefined : this.#tokenProblem(token);
  }

  #tokenProblem({ scopesFor, namesTenant }: TokenPart): Problem | undefined {
    if (namesTenant === true && !this.state.isStored) {
      return unauthenticated("The credential's tenant does not exist");
    }
    if (!this.isCurrent) return unauthenticated("The credential's key has been withdrawn");
    const isGoodForNothing = scopesFor !== undefined && this.#grant.scopes?.length === 0;
    return isGoodForNothing ? insufficientScope(scopesFor()) : undefined;
  }

  get names(): VisibleNames {
    const { rule } = this.state;
    if (this.#madeOf !== rule) {
      this.#names = this.#namesBy(rule);
      this.#madeOf = rule;
    }
    return this.#names;
  }

  get ofTenant(): Access | undefined {
    if (this.#grant.token?.scopesFor === undefined) return undefined;
    return this.#ofTenant ??= new TenantAccess(this.state, NOBODY, this.#home);
  }

  lacks(name: string): Problem | undefined {
    const { scopesFor } = this.#grant.token ?? {};
    if (scopesFor === undefined || this.names.allows(name)) return undefined;
    const scopes = this.state.rule.allows(name) ? scopesFor(name) : [];
    return scopes.length === 0 ? undefined : insufficientScope(scopes);
  }

  /** Takes over what the store now says of the credential; undefined when it is gone. */
  update(grant: Grant | undefined): void {
    if (grant === undefined) this.#revoked = true;
    else this.#grant = grant;
    this.#madeOf = undefined;
  }

  /** Goes on with another tenant of the same id, where no store knows the credential. */
  moveTo(state: TenantState): void {
    this.#state = state;
    this.#ofTenant = undefined;
  }

  #namesBy(rule: TenantRule): VisibleNames {
    const { scopes } = this.#grant;
    if (scopes === undefined) return rule;
    const parts = { allowed: rule.allowed, denied: rule.denied, scopes };
    return {
      text: ruleText(parts),
      allows: compileRule(parts),
      allowsResource: compileResourceRule(parts),
    };
  }
}

/** What a check of a credential comes to. */
export type Authenticated = MaybePromise<TenantAccess | Problem>;

/** A caller that proved who it is, by a key, a token, or by being let in without either. */
import type { Clock } from "../base/clock.ts";
import type { Problem } from "../base/errors.ts";
import type { Access, VisibleNames } from "../pipeline/access.ts";
import type { MaybePromise } from "./state_store.ts";
import { compileRule, ruleText } from "./name_rule.ts";
import { suspended, unauthenticated } from "./refusals.ts";
import type { TenantRule, TenantState } from "./tenant_state.ts";

/** What a credential is good for, beside what its tenant may do. */
export interface Grant {
  /** Names the credential in logs; undefined for callers without one. */
  readonly credential: string | undefined;
  /** Globs of what it is good for; undefined for everything. */
  readonly scopes: readonly string[] | undefined;
  /** From when on it is refused, in milliseconds since 1970. */
  readonly expiresMs: number | undefined;
  /** True for what no store knows, such as a token of OAuth. */
  readonly isToken?: boolean;
}

/** What is shared by all accesses of one directory. */
export interface AccessHome {
  readonly clock: Clock;
}

export class TenantAccess implements Access {
  readonly tenant: string;
  readonly state: TenantState;
  readonly #clock: Clock;
  #grant: Grant;
  #revoked = false;
  /** The tenant's rule that `#names` was made of. */
  #madeOf: TenantRule | undefined;
  #names!: VisibleNames;
  /** The key's use was last told to the store then. */
  toldUseMs = -Infinity;
  memo: { readonly home: object } | undefined = undefined;

  constructor(state: TenantState, grant: Grant, { clock }: AccessHome) {
    this.tenant = state.id;
    this.state = state;
    this.#grant = grant;
    this.#clock = clock;
  }

  get credential(): string | undefined {
    return this.#grant.credential;
  }

  get isToken(): boolean {
    return this.#grant.isToken === true;
  }

  get problem(): Problem | undefined {
    if (this.#revoked) return unauthenticated("The credential has been revoked");
    if (this.state.gone) return unauthenticated("The credential's tenant does not exist any more");
    if (this.state.suspended) return suspended();
    const { expiresMs } = this.#grant;
    if (expiresMs === undefined || this.#clock.wall() < expiresMs) return undefined;
    return unauthenticated("The credential has expired");
  }

  get names(): VisibleNames {
    const { rule } = this.state;
    if (this.#madeOf !== rule) {
      this.#names = this.#namesBy(rule);
      this.#madeOf = rule;
    }
    return this.#names;
  }

  /** Takes over what the store now says of the credential; undefined when it is gone. */
  update(grant: Grant | undefined): void {
    if (grant === undefined) this.#revoked = true;
    else this.#grant = grant;
    this.#madeOf = undefined;
  }

  #namesBy(rule: TenantRule): VisibleNames {
    const { scopes } = this.#grant;
    if (scopes === undefined) return rule;
    const parts = { allowed: rule.allowed, denied: rule.denied, scopes };
    return { text: ruleText(parts), allows: compileRule(parts) };
  }
}

/** What a check of a credential comes to. */
export type Authenticated = MaybePromise<TenantAccess | Problem>;

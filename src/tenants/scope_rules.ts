/** Scopes of OAuth (RFC 6749 section 3.3): what each is good for, and which would be needed. */
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { checkGlobs, compileRule, type NameRule } from "./name_rule.ts";

/** What a scope is good for. */
export interface ScopeRule {
  /** As it stands in tokens, such as "files:read". */
  readonly scope: string;
  /** Globs of tools and prompts by name, and of resources by URI. */
  readonly globs: readonly string[];
}

/** RFC 6749 appendix A.4: printable characters of ASCII but space, quote and backslash. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

/** What tokens are good for, by their scopes. Scopes that no rule names are good for nothing. */
export class ScopeRules {
  readonly #rules: readonly (ScopeRule & { readonly fits: NameRule })[];

  /** @throws {GomcpError} `invalid_request` for no rules or too many, and for what is no scope or glob. */
  constructor(rules: readonly ScopeRule[]) {
    if (rules.length === 0 || rules.length > LIMITS.scopeRulesMax) {
      const text = `Cannot use scopes: there are ${rules.length}, expected 1 to ` +
        LIMITS.scopeRulesMax;
      throw new GomcpError("invalid_request", text);
    }
    this.#rules = rules.map(({ scope, globs }) => {
      if (!SCOPE.test(scope)) {
        const text = `Cannot use scope ${JSON.stringify(scope)}: expected 1 to 256 printable ` +
          "characters of ASCII without spaces, quotes and backslashes";
        throw new GomcpError("invalid_request", text);
      }
      checkGlobs(globs, `globs of scope "${scope}"`);
      return { scope, globs, fits: compileRule({ allowed: globs, denied: [], scopes: undefined }) };
    });
  }

  /** All scopes that are good for something, each once. */
  get names(): readonly string[] {
    return [...new Set(this.#rules.map(({ scope }) => scope))];
  }

  /** What a token with these scopes is good for. */
  globsOf(granted: ReadonlySet<string>): readonly string[] {
    const globs = this.#rules.filter(({ scope }) => granted.has(scope)).flatMap((rule) =>
      rule.globs
    );
    return [...new Set(globs)];
  }

  /**
   * The scopes for a token that is good for `name` as well: those that it has, so that the next token
   * is good for no less, and the first one that would do. Empty where none would.
   */
  scopesFor(granted: ReadonlySet<string>, name?: string): readonly string[] {
    if (name === undefined) return this.names;
    const needed = this.#rules.find(({ fits }) => fits(name))?.scope;
    if (needed === undefined) return [];
    return this.names.filter((scope) => granted.has(scope) || scope === needed);
  }
}

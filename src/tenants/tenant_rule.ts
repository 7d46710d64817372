/** What tenants may see, made ready for calls to be checked by. */
import type { VisibleNames } from "../pipeline/access.ts";
import { compileRule, type RuleParts, ruleText } from "./name_rule.ts";
import { compileResourceRule } from "./resource_rule.ts";
import { Shared } from "./shared.ts";
import type { Tenant } from "./tenant.ts";

/** A tenant's rule, made ready. Tenants of the same rule share one. */
export interface TenantRule extends Omit<RuleParts, "scopes">, VisibleNames {}

const RULES = new Shared<TenantRule>();

export function ruleOf(tenant: Tenant | undefined): TenantRule {
  const parts = { allowed: tenant?.allowed, denied: tenant?.denied ?? [], scopes: undefined };
  const text = ruleText(parts);
  return RULES.get(
    text,
    () => ({
      ...parts,
      text,
      allows: compileRule(parts),
      allowsResource: compileResourceRule(parts),
    }),
  );
}

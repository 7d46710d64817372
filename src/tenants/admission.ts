/** The admission layer where there are tenants: who is it, what may it see, how fast may it call. */
import type { Problem } from "../base/errors.ts";
import type { Access } from "../pipeline/access.ts";
import type { Finder } from "../pipeline/admission.ts";
import type { Call, Handler, Layer } from "../pipeline/call.ts";
import { failed, type Outcome } from "../pipeline/outcome.ts";
import type { TenantManager } from "./manager.ts";

/** `find` looks only at what the call's access may see. */
export function tenantAdmissionLayer(find: Finder, tenants: TenantManager): Layer {
  const { gate } = tenants;
  return (next) => {
    // One function: what is called from it with all of this costs as much as all of its checks.
    const admit: Handler = (call) => {
      const access = call.access ?? tenants.accessTo(call.tenant);
      if (access instanceof Promise) return admitLater(call, access, admit);
      if ("code" in access) return failed(access);
      const { problem } = access;
      if (problem !== undefined) return failed(problem);
      call.access = access;
      const target = find(call);
      if ("code" in target) return failed(missingScope(call, access, find) ?? target);
      call.target = target;
      const tooFast = call.kind === "tool" ? gate.checkRate(access, call) : undefined;
      if (tooFast === undefined) return next(call);
      if (!(tooFast instanceof Promise)) return failed(tooFast);
      return tooFast.then((why) => why === undefined ? next(call) : failed(why));
    };
    return admit;
  };
}

/**
 * What a token does not show, but its tenant may see, is there for a token with more scopes (MCP
 * 2025-11-25, authorization: insufficient scope). What is not there at all stays unknown.
 */
function missingScope(call: Call, access: Access, find: Finder): Problem | undefined {
  const problem = access.lacks?.(call.tool);
  if (problem === undefined) return undefined;
  call.access = access.ofTenant;
  const target = find(call);
  call.access = access;
  return "code" in target ? undefined : problem;
}

async function admitLater(
  call: Call,
  later: Promise<Access | Problem>,
  admit: Handler,
): Promise<Outcome> {
  const access = await later;
  if ("code" in access) return failed(access);
  call.access = access;
  return admit(call);
}

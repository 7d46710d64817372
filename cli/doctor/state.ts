/** Whether the state can be opened and read, and lets in those who are to come in. */
import { SILENT_LOG } from "../../src/base/log.ts";
import { usualStateUrl } from "../../src/config/state_config.ts";
import type { TenantManager } from "../../src/runtime/tenants.ts";
import { openTenants } from "../open_tenants.ts";
import { type Check, failed, type Finding, ok, warning } from "./check.ts";

/** So many tenants' keys are looked at. */
const TENANTS_MAX = 1_000;
const DAY_MS = 86_400_000;
const SOON_MS = 14 * DAY_MS;

export const checkState: Check = async ({ config }) => {
  const url = config.state.url ?? usualStateUrl((name) => Deno.env.get(name)) ?? "memory:";
  const started = performance.now();
  const tenants = await openTenants(url, config.state, SILENT_LOG, undefined);
  try {
    const some = await tenants.listTenants({ max: 1 });
    const ms = Math.ceil(performance.now() - started);
    const kind = url.slice(0, url.indexOf(":"));
    const opened = ok(
      `${kind} opened and read in ${ms} ms, ${some.length > 0 ? "with" : "no"} tenants`,
    );
    if (config.state.requireKey && some.length === 0 && config.oauth === undefined) {
      const text = "--require-key lets nobody in: there are no tenants (gomcp tenant create)";
      return [opened, kind === "memory" ? failed(text) : warning(text)];
    }
    return [opened, ...await agingKeys(tenants)];
  } finally {
    await tenants.close();
  }
};

/** Keys that are over, or will be within two weeks. */
async function agingKeys(tenants: TenantManager): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { id } of await tenants.listTenants({ max: TENANTS_MAX })) {
    for (const { name, expiresMs } of await tenants.listKeys(id)) {
      const left = expiresMs === undefined ? Infinity : expiresMs - Date.now();
      if (left > SOON_MS) continue;
      const when = left <= 0 ? "has expired" : `expires in ${Math.ceil(left / DAY_MS)} days`;
      findings.push(warning(`key "${name}" of tenant "${id}" ${when}`));
    }
  }
  return findings;
}

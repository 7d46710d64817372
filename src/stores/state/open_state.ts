/** State stores by their URL: memory:, sqlite:PATH, redis://… and rediss://…. */
import { type Logger, SILENT_LOG } from "../../base/log.ts";
import type { StateStore } from "../../tenants/state_store.ts";
import { memoryState } from "./memory_state.ts";
import { openByUrl } from "./open_by_url.ts";

/**
 * Opens the state that `url` names: `memory:` is this process's alone, `sqlite:PATH` is shared by
 * the processes of a machine, `redis://HOST:PORT/DB` and `rediss://…` (Redis or Valkey, 7 or later)
 * by several machines. Redis must keep what it was told (`appendonly yes`), or a quota that was
 * used is whole again after its restart.
 *
 * @example
 * ```ts
 * import { createTenantManager, openState } from "gomcp";
 *
 * const tenants = createTenantManager(await openState("memory:"));
 * if ((await tenants.listTenants()).length !== 0) throw new Error();
 * await tenants.close();
 * ```
 *
 * @throws {GomcpError} `invalid_request` for what is no such URL or cannot be opened, `overloaded`
 * for a server that cannot be reached.
 */
export async function openState(url: string, log: Logger = SILENT_LOG): Promise<StateStore> {
  return await openByUrl<StateStore>(url, {
    memory: memoryState,
    sqlite: async (path) => (await import("./sqlite_state.ts")).openSqliteState(path),
    redis: async () => await (await import("./redis_state.ts")).openRedisState(url, log),
  });
}

/** The end of a listener process that another has taken the place of: no call is refused, none is cut. */
import type { HttpServer } from "../../src/adapters/http/http.ts";
import { LIMITS } from "../../src/base/limits.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";

/**
 * For a while it answers on as before, and each answer ends its connection: clients come back to
 * others. Then the port is closed, which ends connections on which nothing is open; what is open ends.
 * With `tell`, clients that listen hear that lists may have changed, since they did elsewhere.
 */
export async function retire(
  runtime: Runtime,
  http: HttpServer,
  tell: boolean,
  deadlineMs: number,
): Promise<void> {
  const { log, events, clock } = runtime;
  log.info("retiring: others listen", { open: runtime.stats().running });
  http.retire();
  await new Promise<void>((resolve) => clock.after(LIMITS.retiringAnswersMs, resolve));
  if (tell) {
    for (const list of ["tools", "resources", "prompts"] as const) {
      if (runtime.viewFor(undefined).offers(list)) events.emit({ kind: "list_changed", list });
    }
  }
  events.close();
  await http.close({ deadlineMs });
}

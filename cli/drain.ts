/** `gomcp drain`: lets a running server end what it has begun, and stop. */
import { askAdmin } from "../src/adapters/admin/admin_client.ts";
import type { DrainReport } from "../src/runtime/control.ts";
import { adminHelp, JSON_FLAG, runAdminCommand } from "./admin/command.ts";
import { findServer } from "./admin/find_server.ts";

export const help = adminHelp({
  usage: ["gomcp drain [FLAGS]"],
  what:
    `The server says that it is not ready, refuses new calls, lets the open ones end (at most its
--drain-timeout) and stops, as at SIGTERM. Exit 1 when calls had to be stopped.`,
  flags: [JSON_FLAG],
  examples: ["gomcp drain"],
});

export function run(args: readonly string[]): Promise<number> {
  return runAdminCommand(help, args, work);
}

async function work(values: Readonly<Record<string, unknown>>, said: string | undefined) {
  const socket = await findServer(said);
  const report = await askAdmin<DrainReport>(socket, { method: "POST", path: "/v1/drain" });
  if (values.json === true) console.log(JSON.stringify(report));
  else if (report.stopped === 0) console.log("drained: all calls have ended");
  else console.log(`drained: ${report.stopped} calls were stopped at the deadline`);
  return report.stopped === 0 ? 0 : 1;
}

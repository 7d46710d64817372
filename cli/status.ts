/** `gomcp status`: how the servers of this machine are. */
import { askAdmin } from "../src/adapters/admin/admin_client.ts";
import type { ServerStatus } from "../src/runtime/control.ts";
import { adminHelp, JSON_FLAG, runAdminCommand } from "./admin/command.ts";
import { findServers, Unreachable } from "./admin/find_server.ts";
import { renderStatus, renderStatusLine } from "./admin/render_status.ts";

export const help = adminHelp({
  usage: ["gomcp status [FLAGS]"],
  what: `Tells how a running server is; where several run, one line about each. With --json, the
status of the server, or {"servers": […]} where several run.`,
  flags: [JSON_FLAG],
  examples: ["gomcp status", "gomcp status --json"],
});

export function run(args: readonly string[]): Promise<number> {
  return runAdminCommand(help, args, work);
}

async function work(values: Readonly<Record<string, unknown>>, said: string | undefined) {
  const sockets = await findServers(said);
  if (sockets.length === 0) {
    throw new Unreachable("Cannot find a server: none runs here with an admin socket");
  }
  const all = await Promise.all(sockets.map(async (socket) => ({
    socket,
    ...await askAdmin<ServerStatus>(socket, { method: "GET", path: "/v1/status" }),
  })));
  const [first] = all;
  if (values.json === true) {
    console.log(JSON.stringify(all.length === 1 ? first : { servers: all }));
  } else if (all.length === 1) console.log(renderStatus(first!));
  else console.log(all.map(renderStatusLine).join("\n"));
  return 0;
}

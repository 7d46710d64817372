/** The admin socket of a server, as its flags want it. */
import { type AdminServer, isAlive, serveAdmin } from "../../src/adapters/admin/admin_server.ts";
import { describeThrown } from "../../src/base/errors.ts";
import type { Logger } from "../../src/base/log.ts";
import { adminFolder, adminSocketName } from "../../src/config/admin_config.ts";
import type { ServerControl } from "../../src/runtime/control.ts";

/**
 * Opens it. In the usual place a server does without one that cannot be had; one that somebody
 * named must be there.
 *
 * @throws {GomcpError} `invalid_request` for a named socket that cannot be had.
 */
export async function openAdmin(
  said: string,
  control: ServerControl,
  log: Logger,
): Promise<AdminServer | undefined> {
  if (said === "off" || (said === "auto" && Deno.build.os === "windows")) return undefined;
  if (said !== "auto") return tell(await serveAdmin(said, control, log), log);
  const folder = adminFolder((name) => Deno.env.get(name));
  if (folder === undefined) {
    log.debug("no admin socket: there is no XDG_RUNTIME_DIR and no home");
    return undefined;
  }
  try {
    const admin = await serveAdmin(adminSocketName(folder, Deno.pid), control, log);
    await sweep(folder);
    return tell(admin, log);
  } catch (error) {
    log.warn("serving without an admin socket", { error: describeThrown(error) });
    return undefined;
  }
}

function tell(admin: AdminServer, log: Logger): AdminServer {
  log.debug("admin socket open", { path: admin.path });
  return admin;
}

/** The sockets of a folder whose servers live; files of dead ones are removed. */
export async function sweep(folder: string): Promise<readonly string[]> {
  const alive: string[] = [];
  try {
    for await (const { name, isSymlink } of Deno.readDir(folder)) {
      if (!/^\d+\.sock$/.test(name) || isSymlink) continue;
      const path = `${folder}/${name}`;
      if (await isAlive(path)) alive.push(path);
      else await Deno.remove(path).catch(() => {});
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return alive.sort();
}

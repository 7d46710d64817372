/** Which server a command is for: the one that was named, or the only one that runs. */
import { GomcpError } from "../../src/base/errors.ts";
import { adminFolder } from "../../src/config/admin_config.ts";
import { sweep } from "./open_admin.ts";

/** Nobody is there to be asked (see the table of exit codes). */
export const EXIT_UNREACHABLE = 4;

/** A server that cannot be reached: no fault of the command's. */
export class Unreachable extends Error {}

/** The sockets of the servers that run, or the one that was named. */
export async function findServers(said: string | undefined): Promise<readonly string[]> {
  if (said !== undefined && said !== "auto") return [said];
  const folder = adminFolder((name) => Deno.env.get(name));
  return folder === undefined ? [] : await sweep(folder);
}

/** @throws {GomcpError} `invalid_request` where several run; {Unreachable} where none does. */
export async function findServer(said: string | undefined): Promise<string> {
  const found = await findServers(said);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) {
    throw new Unreachable("Cannot find a server: none runs here with an admin socket");
  }
  const text =
    `Cannot choose a server: ${found.length} run; expected --admin-socket=PATH, one of ` +
    found.join(", ");
  throw new GomcpError("invalid_request", text);
}

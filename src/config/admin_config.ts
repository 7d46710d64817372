/** Where the admin sockets of this machine's servers are. */
import type { Flag } from "./flags.ts";

/** For the commands that reach a server by its socket. */
export const ADMIN_FLAG: Flag = {
  name: "admin-socket",
  kind: "text",
  value: "PATH",
  help: "the server's admin socket [the only one that runs]",
};

/**
 * The folder of the sockets: below the folder for what runs, or the one for state, of the XDG Base
 * Directory Specification; undefined where there is no home.
 */
export function adminFolder(env: (name: string) => string | undefined): string | undefined {
  const runtime = env("XDG_RUNTIME_DIR");
  if (runtime) return `${runtime}/gomcp`;
  const home = env("HOME");
  const state = env("XDG_STATE_HOME") || (home ? `${home}/.local/state` : undefined);
  return state === undefined ? undefined : `${state}/gomcp/run`;
}

/** The socket of a server that was not told another one. */
export function adminSocketName(folder: string, pid: number): string {
  return `${folder}/${pid}.sock`;
}

/** Loads a module and takes calls of it, until the server goes. */
import { Socket } from "node:net";
import * as zod from "zod";
import * as gomcp from "../../src/runtime/host/authoring_api.ts";
import { describeThrown, GomcpError } from "../../src/base/errors.ts";
import { hostModule } from "../../src/runtime/host/host_module.ts";
import { createModuleFiles } from "../../src/stores/module_files.ts";
import { surviveStrays } from "../stray_errors.ts";

/** Where the server has put the channel. */
const CHANNEL_FD = 3;

export async function host([file, name]: readonly string[]): Promise<number> {
  if (file === undefined || name === undefined) {
    throw new GomcpError("invalid_request", "Cannot host: no module is named; servers start hosts");
  }
  const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
  const server = hostModule(socket, {
    rssBytes: () => Deno.memoryUsage().rss,
    // The server has gone, or wants this host to go.
    onClose: () => Deno.exit(0),
  });
  surviveStrays(server.log);
  // Deno's own words for what is missing are looked for by the server, which may start programs.
  const files = createModuleFiles({ gomcp, zod }, () => Promise.resolve(undefined));
  await server.load({ file, name, files, describe: describeThrown });
  return await new Promise<number>(() => {});
}

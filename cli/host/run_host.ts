/** Loads a module and takes calls of it, until the server goes. */
import { describeThrown } from "../../src/base/errors.ts";
import { hostModule } from "../../src/runtime/host/host_module.ts";
import { surviveStrays } from "../stray_errors.ts";
import { channelSocket } from "./channel_socket.ts";
import { hostFiles } from "./host_files.ts";

export async function host(file: string, name: string): Promise<number> {
  const socket = channelSocket();
  const server = hostModule({ input: socket, output: socket }, {
    rssBytes: () => Deno.memoryUsage().rss,
    // The server has gone, or wants this host to go.
    onClose: () => Deno.exit(0),
  });
  surviveStrays(server.log);
  await server.load({ file, name, files: await hostFiles(), describe: describeThrown });
  return await new Promise<number>(() => {});
}

/** Loads the modules that the server names and says what they have, until the server goes. */
import { SILENT_LOG } from "../../src/base/log.ts";
import { answerDescriptions } from "../../src/runtime/host/module_describer.ts";
import { surviveStrays } from "../stray_errors.ts";
import { channelSocket } from "./channel_socket.ts";
import { hostFiles } from "./host_files.ts";

export async function describe(): Promise<number> {
  // What one module leaves behind must not end the process for the others.
  surviveStrays(SILENT_LOG);
  const socket = channelSocket();
  answerDescriptions({ input: socket, output: socket }, await hostFiles(), () => Deno.exit(0));
  return await new Promise<number>(() => {});
}

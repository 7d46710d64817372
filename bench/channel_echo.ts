/** The other end of a bare channel, for `hosts_bench.ts`: says again what it hears. */
import { channelSocket } from "../cli/host/channel_socket.ts";
import { LIMITS } from "../src/base/limits.ts";
import { LineChannel } from "../src/supervisor/hosts/line_channel.ts";

const socket = channelSocket();
const channel = new LineChannel({ input: socket, output: socket }, LIMITS.hostLineCharsMax, {
  onLine: say,
  onClose: () => Deno.exit(0),
});

function say(line: string): void {
  channel.send(line);
}

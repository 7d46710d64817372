/** The channel to the server, in a process that it has started. */
import { Socket } from "node:net";

/** Where the server has put it. */
const CHANNEL_FD = 3;

export function channelSocket(): Socket {
  return new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
}

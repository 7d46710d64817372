/** Pipes and sockets, read and written without a thread: twice as fast as a file's way. */
import { Socket } from "node:net";
import type { ByteReader } from "../src/adapters/stdio/stdio.ts";
import type { ByteWriter } from "../src/adapters/stdio/output.ts";
import { cString, F_GETFL, F_SETFL, type Libc, O_CLOEXEC, O_NONBLOCK, O_WRONLY } from "./libc.ts";

/** So much is written at once, that a client that reads slowly is seen to read. */
const CHUNK_BYTES = 64 * 1024;

type Way = "read" | "write";

/**
 * Undefined for what is neither, and where it cannot be had without harm to others: reading without
 * waiting is a property of the open pipe, and others may hold the same.
 */
export function openSocket(libc: Libc, fd: number, way: Way): Socket | undefined {
  const kind = linkOf(fd).split(":", 1)[0];
  if (kind === "pipe") return pipe(libc, fd, way);
  if (kind !== "socket" || linkOf(fd) === linkOf(2)) return undefined;
  restoreAtEnd(libc, fd);
  return socketOf(fd, way);
}

function linkOf(fd: number): string {
  return Deno.readLinkSync(`/proc/self/fd/${fd}`);
}

/** Opened anew, a pipe is shared with nobody. Other users' pipes do not allow it. */
function pipe(libc: Libc, fd: number, way: Way): Socket | undefined {
  const flags = (way === "write" ? O_WRONLY : 0) | O_NONBLOCK | O_CLOEXEC;
  const own = libc.open(cString(`/proc/self/fd/${fd}`), flags);
  if (own < 0) return undefined;
  libc.close(fd);
  return socketOf(own, way);
}

/** A socket cannot be opened anew: whoever uses it after this program finds it as it was. */
function restoreAtEnd({ fcntl }: Libc, fd: number): void {
  const flags = fcntl(fd, F_GETFL, 0);
  addEventListener("unload", () => void fcntl(fd, F_SETFL, flags));
}

function socketOf(fd: number, way: Way): Socket | undefined {
  try {
    const socket = new Socket({ fd, readable: way === "read", writable: way === "write" });
    // Each read and each write tells its own caller.
    return socket.on("error", () => {});
  } catch {
    return undefined; // a kind of socket that node:net does not know
  }
}

export function socketWriter(socket: Socket): ByteWriter {
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        const chunk = bytes.subarray(0, CHUNK_BYTES);
        socket.write(chunk, (error) => error ? reject(error) : resolve(chunk.length));
      }),
  };
}

export function socketReader(socket: Socket): ByteReader {
  const chunks: AsyncIterator<Uint8Array> = socket[Symbol.asyncIterator]();
  let rest = new Uint8Array();
  return {
    async read(into) {
      while (rest.length === 0) {
        const { done, value } = await chunks.next();
        if (done === true) return null;
        rest = value as Uint8Array<ArrayBuffer>;
      }
      const length = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, length));
      rest = rest.subarray(length);
      return length;
    },
  };
}

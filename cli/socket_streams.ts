/** Pipes and sockets, read and written without a thread: twice as fast as a file's way. */
import { Socket } from "node:net";
import type { ByteReader } from "../src/adapters/stdio/stdio.ts";
import type { ByteWriter } from "../src/adapters/stdio/output.ts";
import {
  cString,
  F_GETFL,
  F_SETFL,
  type Libc,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  O_CLOEXEC,
  O_NONBLOCK,
  O_WRONLY,
} from "./libc.ts";

/** So much is written at once, that a client that reads slowly is seen to read. */
const CHUNK_BYTES = 64 * 1024;

type Way = "read" | "write";

/** A pipe or socket, and what it is written to by without waiting. */
export interface OpenSocket {
  readonly socket: Socket;
  /** Writes a beginning of the bytes and gives how many they were; below 0 when it has to wait. */
  readonly writeNow: (bytes: Uint8Array<ArrayBuffer>) => number;
}

/**
 * Undefined for what is neither, and where it cannot be had without harm to others: reading without
 * waiting is a property of the open pipe, and others may hold the same.
 */
export function openSocket(libc: Libc, fd: number, way: Way): OpenSocket | undefined {
  const kind = linkOf(fd).split(":", 1)[0];
  if (kind === "pipe") return pipe(libc, fd, way);
  if (kind !== "socket" || linkOf(fd) === linkOf(2)) return undefined;
  restoreAtEnd(libc, fd);
  // Others may have made it one that waits.
  const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  return open(fd, way, (bytes) => libc.sendNow(fd, bytes, BigInt(bytes.length), flags));
}

function linkOf(fd: number): string {
  return Deno.readLinkSync(`/proc/self/fd/${fd}`);
}

/** Opened anew, a pipe is shared with nobody. Other users' pipes do not allow it. */
function pipe(libc: Libc, fd: number, way: Way): OpenSocket | undefined {
  const flags = (way === "write" ? O_WRONLY : 0) | O_NONBLOCK | O_CLOEXEC;
  const own = libc.open(cString(`/proc/self/fd/${fd}`), flags);
  if (own < 0) return undefined;
  libc.close(fd);
  return open(own, way, (bytes) => libc.writeNow(own, bytes, BigInt(bytes.length)));
}

/** A socket cannot be opened anew: whoever uses it after this program finds it as it was. */
function restoreAtEnd({ fcntl }: Libc, fd: number): void {
  const flags = fcntl(fd, F_GETFL, 0);
  addEventListener("unload", () => void fcntl(fd, F_SETFL, flags));
}

function open(fd: number, way: Way, writeNow: OpenSocket["writeNow"]): OpenSocket | undefined {
  try {
    const socket = new Socket({ fd, readable: way === "read", writable: way === "write" });
    // Each read and each write tells its own caller.
    return { socket: socket.on("error", () => {}), writeNow };
  } catch {
    return undefined; // a kind of socket that node:net does not know
  }
}

/**
 * Writes at once, as long as the client reads: by way of node:net it costs a tenth of what is done
 * for the calls. Whatever keeps it from that, be it for good, is the socket's to find out.
 */
export function socketWriter({ socket, writeNow }: OpenSocket): ByteWriter {
  return {
    write(bytes) {
      const chunk = bytes.subarray(0, CHUNK_BYTES) as Uint8Array<ArrayBuffer>;
      const count = writeNow(chunk);
      return count > 0 ? count : new Promise((resolve, reject) => {
        socket.write(chunk, (error) => error ? reject(error) : resolve(chunk.length));
      });
    },
  };
}

/** By events, and the stream is stopped only when nobody waits: its iterator costs twice as much. */
export function socketReader({ socket }: OpenSocket): ByteReader {
  let rest = new Uint8Array();
  let isEnded = false;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const tell = () => {
    wake?.();
    wake = undefined;
  };
  socket.on("data", (chunk: Uint8Array<ArrayBuffer>) => {
    if (wake === undefined) socket.pause();
    rest = rest.length === 0 ? chunk : joined(rest, chunk);
    tell();
  });
  socket.on("error", (error) => {
    failure = error;
    tell();
  });
  socket.on("close", () => {
    isEnded = true;
    tell();
  });
  socket.on("end", () => {
    isEnded = true;
    tell();
  });
  return {
    async read(into) {
      while (rest.length === 0) {
        if (failure !== undefined) throw failure;
        if (isEnded) return null;
        const come = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (socket.isPaused()) socket.resume();
        await come;
      }
      const length = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, length));
      rest = rest.subarray(length);
      return length;
    },
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The streams that messages travel on, in stdio mode kept apart from what tools can reach. */
import { Socket } from "node:net";
import type { ByteReader } from "../src/adapters/stdio/stdio.ts";
import type { ByteWriter } from "../src/adapters/stdio/output.ts";
import { takeStdout } from "./guard_stdout.ts";
import type { KeptStdio } from "./restart.ts";

export interface Stdio {
  readonly input: ByteReader;
  readonly output: ByteWriter;
}

/** Opens what `restartOnce` kept; where it could not, guards what JavaScript can reach. */
export function openStdio(kept: KeptStdio | undefined): Stdio {
  if (kept === undefined) return { input: Deno.stdin, output: takeStdout() };
  return { input: openInput(kept.input), output: openOutput(kept.output) };
}

/** A chunk at a time, so that a client that reads slowly is seen to read. */
const CHUNK_BYTES = 64 * 1024;

function openOutput(fd: number): ByteWriter {
  const socket = openSocket(fd, { writable: true, readable: false });
  if (socket === undefined) return openFile(fd, { write: true, append: true });
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        const chunk = bytes.subarray(0, CHUNK_BYTES);
        socket.write(chunk, (error) => error ? reject(error) : resolve(chunk.length));
      }),
  };
}

function openInput(fd: number): ByteReader {
  const socket = openSocket(fd, { readable: true, writable: false });
  return socket === undefined ? openFile(fd, { read: true }) : new SocketReader(socket);
}

/** Undefined for files and terminals, which can be opened by name instead. */
function openSocket(fd: number, way: { readable: boolean; writable: boolean }): Socket | undefined {
  try {
    const socket = new Socket({ fd, ...way });
    // Each read and each write tells its own caller.
    return socket.on("error", () => {});
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_INVALID_FD_TYPE") return undefined;
    throw error;
  }
}

function openFile(fd: number, options: Deno.OpenOptions): Deno.FsFile {
  return Deno.openSync(`/dev/fd/${fd}`, options);
}

class SocketReader implements ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return null;
      this.#rest = value;
    }
    const length = Math.min(this.#rest.length, into.length);
    into.set(this.#rest.subarray(0, length));
    this.#rest = this.#rest.subarray(length);
    return length;
  }
}

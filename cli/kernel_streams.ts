/**
 * Descriptors of any kind, read and written in a thread of their own: for files, whose position is
 * shared with whoever else holds them, and for terminals.
 */
import type { ByteReader } from "../src/adapters/stdio/stdio.ts";
import type { ByteWriter } from "../src/adapters/stdio/output.ts";
import { type Libc, POLLIN, POLLOUT } from "./libc.ts";

/** So much is written at once, that a client that reads slowly is seen to read. */
const CHUNK_BYTES = 64 * 1024;
const FOR_EVER = -1;

export function kernelReader(libc: Libc, fd: number): ByteReader {
  return {
    async read(into) {
      await ready(libc, fd, POLLIN);
      const length = Number(
        await libc.read(fd, into as Uint8Array<ArrayBuffer>, BigInt(into.length)),
      );
      if (length < 0) throw new Error("Cannot read stdin: the system refuses it");
      return length === 0 ? null : length;
    },
  };
}

export function kernelWriter(libc: Libc, fd: number): ByteWriter {
  return {
    async write(bytes) {
      const chunk = bytes.subarray(0, CHUNK_BYTES) as Uint8Array<ArrayBuffer>;
      await ready(libc, fd, POLLOUT);
      const length = Number(await libc.write(fd, chunk, BigInt(chunk.length)));
      if (length < 0) throw new Error("Cannot write to stdout: the system refuses it");
      return length;
    },
  };
}

/** Waits also where somebody else made the descriptor one that does not wait. */
async function ready({ poll }: Libc, fd: number, events: number): Promise<void> {
  const request = new DataView(new ArrayBuffer(8));
  request.setInt32(0, fd, true);
  request.setInt16(4, events, true);
  await poll(new Uint8Array(request.buffer), 1n, FOR_EVER);
}

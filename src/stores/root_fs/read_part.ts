/** Reads a part of an open file. */
import type { FileHandle } from "node:fs/promises";
import type { FilePart } from "../../tools/builtin/files/root_fs.ts";

/** Takes no more memory than the file has bytes, however many were asked for. */
export async function readPart(
  handle: FileHandle,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<FilePart> {
  const sizeBytes = (await handle.stat()).size;
  const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset)));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, offset + done);
    // The file became shorter meanwhile.
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return { bytes: bytes.subarray(0, done), sizeBytes };
}

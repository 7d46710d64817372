/** Large response bodies, handed out in pieces and given up when nobody takes them. */
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";

/** Smaller bodies fit into what the kernel takes at once, or nearly so. */
export const GUARDED_BYTES_MIN = 256 * 1024;
const PIECE_BYTES = 64 * 1024;

/** Cuts bytes into pieces of a size that lets a stall be noticed. */
export function* pieces(bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

/** A body that ends with an error, and so the connection, when no piece is taken for too long. */
export function guardedBody(bytes: Uint8Array<ArrayBuffer>, clock: Clock): ReadableStream {
  const rest = pieces(bytes);
  let cancel = () => {};
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      cancel();
      const { value, done } = rest.next();
      if (done === true) return controller.close();
      controller.enqueue(value);
      cancel = clock.after(LIMITS.outputStallMs, () => {
        controller.error(new Error("the client does not read"));
      });
    },
    cancel: () => cancel(),
  }, new ByteLengthQueuingStrategy({ highWaterMark: 0 }));
}

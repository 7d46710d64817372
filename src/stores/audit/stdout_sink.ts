/** Audit records as lines on a stream, such as stdout; what collects them keeps them in order. */
import type { AuditBatch } from "../../audit/batch.ts";
import type { AuditSink } from "../../audit/sink.ts";

/** Takes bytes, some of them at a time. */
export interface ByteTaker {
  write(bytes: Uint8Array): Promise<number>;
}

const ENCODER = new TextEncoder();

/** The stream belongs to the caller: closing the sink leaves it open. */
export function streamSink(name: string, stream: ByteTaker): AuditSink {
  /** What a write that failed has not taken: a line is never begun anew in its middle. */
  let rest: Uint8Array = new Uint8Array();
  const drain = async () => {
    while (rest.length > 0) rest = rest.subarray(await stream.write(rest));
  };
  return {
    name,
    durable: false,
    borrowsRecords: true,
    async write(batches: readonly AuditBatch[]) {
      await drain();
      rest = ENCODER.encode(batches.map((batch) => batch.text).join(""));
      const all = rest;
      try {
        await drain();
      } catch (error) {
        // The same batches come again: only when nothing went out are they still whole.
        if (rest === all) rest = new Uint8Array();
        throw error;
      }
    },
    close: () => Promise.resolve(),
  };
}

/** What a process prints, read no faster than its log takes it: then the process waits. */
import type { Buffer } from "node:buffer";
import type { Readable } from "node:stream";

/** Where it goes. */
export interface PrintedText {
  /** Gives for how many milliseconds no more is to be read. */
  write(stream: "stdout" | "stderr", text: string): number;
  /** Nothing more comes. */
  end(): void;
}

export function readPrinted(
  stream: Readable,
  name: "stdout" | "stderr",
  output: PrintedText,
): void {
  const decoder = new TextDecoder();
  stream.on("error", () => {}); // its end follows
  stream.on("data", (bytes: Buffer) => {
    const waitMs = output.write(name, decoder.decode(bytes, { stream: true }));
    if (waitMs <= 0) return;
    stream.pause();
    Deno.unrefTimer(setTimeout(() => stream.resume(), waitMs));
  });
}

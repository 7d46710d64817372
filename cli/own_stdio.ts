/** The streams that messages travel on, in stdio mode kept apart from what tools can reach. */
import type { ByteReader } from "../src/adapters/stdio/stdio.ts";
import type { ByteWriter } from "../src/adapters/stdio/output.ts";
import { takeStdout } from "./guard_stdout.ts";
import { kernelReader, kernelWriter } from "./kernel_streams.ts";
import { openLibc } from "./libc.ts";
import type { KeptStdio } from "./restart.ts";
import { openSocket, socketReader, socketWriter } from "./socket_streams.ts";

export interface Stdio {
  readonly input: ByteReader;
  readonly output: ByteWriter;
}

/** Opens what `restartOnce` kept; where it could not, guards what JavaScript can reach. */
export function openStdio(kept: KeptStdio | undefined): Stdio {
  const libc = openLibc();
  if (kept === undefined || libc === undefined) {
    return { input: Deno.stdin, output: takeStdout() };
  }
  const [incoming, outgoing] = [
    openSocket(libc, kept.input, "read"),
    openSocket(libc, kept.output, "write"),
  ];
  return {
    input: incoming === undefined ? kernelReader(libc, kept.input) : socketReader(incoming),
    output: outgoing === undefined ? kernelWriter(libc, kept.output) : socketWriter(outgoing),
  };
}

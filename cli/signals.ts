/** The signals that ask the program to stop. */

const EXIT_CODES: Readonly<Partial<Record<Deno.Signal, number>>> = Deno.build.os === "windows"
  ? { SIGINT: 130, SIGBREAK: 149 }
  : { SIGINT: 130, SIGTERM: 143 };

/** One Ctrl-C comes several times: from the terminal, and from each runner that passes it on. */
const ECHO_MS = 500;

/** Resolves with the first one's name. One that comes later ends the process at once. */
export function onStopSignal(): Promise<string> {
  const first = Promise.withResolvers<string>();
  let firstMs: number | undefined;
  for (const [name, code] of Object.entries(EXIT_CODES)) {
    Deno.addSignalListener(name as Deno.Signal, () => {
      const nowMs = performance.now();
      firstMs ??= nowMs;
      if (nowMs - firstMs > ECHO_MS) Deno.exit(code);
      first.resolve(name);
    });
  }
  return first.promise;
}

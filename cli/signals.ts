/** The signals that ask the program to stop. */

const EXIT_CODES: Readonly<Partial<Record<Deno.Signal, number>>> = Deno.build.os === "windows"
  ? { SIGINT: 130, SIGBREAK: 149 }
  : { SIGINT: 130, SIGTERM: 143 };

/** Resolves with the first one's name. The second one ends the process at once. */
export function onStopSignal(): Promise<string> {
  const first = Promise.withResolvers<string>();
  let seen = false;
  for (const [name, code] of Object.entries(EXIT_CODES)) {
    Deno.addSignalListener(name as Deno.Signal, () => {
      if (seen) Deno.exit(code);
      seen = true;
      first.resolve(name);
    });
  }
  return first.promise;
}

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

/**
 * Calls `action` at each SIGHUP, which asks daemons to reload. Where a terminal was what hung up,
 * the server stops as at SIGTERM: its user has gone.
 */
export function onHangUp(action: () => void): void {
  if (Deno.build.os === "windows") return;
  const hadTerminal = hasTerminal();
  Deno.addSignalListener("SIGHUP", () => {
    if (hadTerminal && !hasTerminal()) Deno.kill(Deno.pid, "SIGTERM");
    else action();
  });
}

/** The controlling terminal cannot be opened any more once it has hung up. */
function hasTerminal(): boolean {
  try {
    Deno.openSync("/dev/tty").close();
    return true;
  } catch {
    return false;
  }
}

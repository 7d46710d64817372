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

/** SIGHUP, listened to until the process ends: without a listener the signal would end it. */
export interface HangUps {
  /** Calls `action` at each one from now on, and once for those that came before. */
  act(action: () => void): void;
}

/**
 * Listens for SIGHUP, which asks daemons to reload. Where a terminal was what hung up, the server stops
 * as at SIGTERM: its user has gone.
 */
export function listenForHangUps(): HangUps {
  let cameEarly = false;
  let action: () => void = () => void (cameEarly = true);
  if (Deno.build.os !== "windows") {
    const hadTerminal = hasTerminal();
    Deno.addSignalListener("SIGHUP", () => {
      if (hadTerminal && !hasTerminal()) Deno.kill(Deno.pid, "SIGTERM");
      else action();
    });
  }
  return {
    act(next) {
      action = next;
      if (cameEarly) next();
    },
  };
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

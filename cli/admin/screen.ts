/** A terminal as a screen that is drawn on, and given back as it was. */
import type { Size } from "./render_top.ts";

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

export interface Screen {
  /** Aborts when the user wants to leave: q, Ctrl-C, or a signal. */
  readonly signal: AbortSignal;
  /** Draws, now and again when the size changes. */
  show(render: (size: Size) => readonly string[]): void;
  close(): Promise<void>;
}

export function openScreen(): Screen {
  const leave = new AbortController();
  const quit = () => leave.abort();
  let draw = () => {};
  const redraw = () => draw();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, quit);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGWINCH", redraw);
  Deno.stdin.setRaw(true, { cbreak: Deno.build.os !== "windows" });
  write(ENTER);
  const keys = Deno.stdin.readable.getReader();
  const reading = readKeys(keys, quit);
  return {
    signal: leave.signal,
    show(render) {
      draw = () => write(paint(render(Deno.consoleSize())));
      draw();
    },
    async close() {
      write(LEAVE);
      Deno.stdin.setRaw(false);
      for (const signal of SIGNALS) Deno.removeSignalListener(signal, quit);
      if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGWINCH", redraw);
      await keys.cancel();
      await reading;
    },
  };
}

async function readKeys(
  keys: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  quit: () => void,
): Promise<void> {
  try {
    for (let next = await keys.read(); !next.done; next = await keys.read()) {
      // q, Q, Ctrl-C, Ctrl-D
      if (next.value.some((byte) => [0x71, 0x51, 0x03, 0x04].includes(byte))) quit();
    }
  } finally {
    quit();
  }
}

/**
 * Over what was there, line by line: clearing it all first would flicker. Each line is cleared before
 * it is written: behind a line that is full the last character would go.
 */
function paint(lines: readonly string[]): string {
  return HOME + lines.map((line) => CLEAR_LINE + line).join("\r\n") + CLEAR_BELOW;
}

function write(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/**
 * Starts the program anew in its own process (execve), before anything of weight is loaded, for
 * what can be had only at a start. The process keeps its id, its parent and its arguments.
 *
 * - stdin and stdout are kept apart from descriptors 0 and 1: whatever a tool prints, and whatever
 *   it starts, writes to stderr and reads nothing; only messages go through the kept ones.
 * - V8 does not pretenure. It takes the headers of the first requests, which it meets while the
 *   program is still being compiled, for objects that live long; from then on it puts those of
 *   every request where only a full collection finds them, at a seventh of the server's speed.
 */

/** Descriptors of the real stdin and stdout. */
export interface KeptStdio {
  readonly input: number;
  readonly output: number;
}

/** Which descriptors are kept; in the environment only from one start to the next. */
const KEPT = "GOMCP_KEPT_STDIO";
const V8_FLAGS = "DENO_V8_FLAGS";
const NO_PRETENURING = "--no-allocation-site-pretenuring";

const SYMBOLS = {
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  execv: { parameters: ["buffer", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const F_SETFD = 2;
const FD_CLOEXEC = 1;
/** O_RDONLY and O_CLOEXEC. */
const READ_UNTIL_EXEC = 0o2000000;

/**
 * Does not come back from the first start; gives the kept descriptors in the second. Where a
 * restart is not possible (other systems than Linux, no permission to call into libc) the first
 * start goes on as it is, and undefined says so.
 */
export function restartOnce(keepStdio: boolean): KeptStdio | undefined {
  const kept = Deno.env.get(KEPT);
  if (kept !== undefined) return arrive(kept);
  if (Deno.build.os !== "linux") return undefined;
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
  try {
    depart(keepStdio);
  } catch {
    // Without /proc, or with another libc: there is no harm in going on.
  }
  Deno.env.delete(KEPT);
  return undefined;
}

/** The second start: the programs that it starts shall know nothing of all this. */
function arrive(kept: string): KeptStdio | undefined {
  Deno.env.delete(KEPT);
  const flags = Deno.env.get(V8_FLAGS)?.replace(/,?--no-allocation-site-pretenuring$/, "");
  if (flags === undefined || flags === "") Deno.env.delete(V8_FLAGS);
  else Deno.env.set(V8_FLAGS, flags);
  const match = /^(\d+),(\d+)$/.exec(kept);
  if (match === null) return undefined;
  const [input, output] = [Number(match[1]), Number(match[2])];
  const libc = Deno.dlopen("libc.so.6", SYMBOLS);
  for (const fd of [input, output]) libc.symbols.fcntl(fd, F_SETFD, FD_CLOEXEC);
  libc.close();
  return { input, output };
}

function depart(keepStdio: boolean): void {
  const libc = Deno.dlopen("libc.so.6", SYMBOLS);
  const flags = Deno.env.get(V8_FLAGS);
  Deno.env.set(V8_FLAGS, flags === undefined ? NO_PRETENURING : `${flags},${NO_PRETENURING}`);
  if (keepStdio) executeApart(libc.symbols);
  else execute(libc.symbols, "none");
  // Only who was refused comes to here.
  libc.close();
  if (flags === undefined) Deno.env.delete(V8_FLAGS);
  else Deno.env.set(V8_FLAGS, flags);
}

type Libc = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

function executeApart(libc: Libc): void {
  const { dup, dup2, open, close } = libc;
  const [input, output] = [dup(0), dup(1)];
  const nothing = open(cString("/dev/null"), READ_UNTIL_EXEC);
  if (input >= 0 && output >= 0 && nothing >= 0) {
    dup2(nothing, 0);
    dup2(2, 1);
    execute(libc, `${input},${output}`);
    dup2(input, 0);
    dup2(output, 1);
  }
  for (const fd of [input, output, nothing]) close(fd);
}

/** With the arguments that the system knows: Deno does not tell those that were its own. */
function execute({ execv }: Libc, kept: string): void {
  const args = Deno.readFileSync("/proc/self/cmdline");
  const start = Deno.UnsafePointer.value(Deno.UnsafePointer.of(args));
  const pointers: bigint[] = [];
  for (let at = 0; at < args.length; at = args.indexOf(0, at) + 1) {
    pointers.push(BigInt(start) + BigInt(at));
  }
  Deno.env.set(KEPT, kept);
  execv(cString(Deno.execPath()), BigUint64Array.from([...pointers, 0n]));
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

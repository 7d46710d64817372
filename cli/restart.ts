/**
 * Starts the program anew in its own process (execve), before anything of weight is loaded, for
 * what can be had only at a start. The process keeps its id, its parent and its arguments.
 *
 * - stdin and stdout are kept apart from descriptors 0 and 1: whatever a tool prints, and whatever
 *   it starts, writes to stderr and reads nothing; only messages go through the kept ones.
 * - V8 does not pretenure. It takes the headers of the first requests, which it meets while the
 *   program is still being compiled, for objects that live long; from then on it puts those of
 *   every request where only a full collection finds them, at a seventh of the server's speed.
 * - V8 inlines twice as much into one function as it would: a call goes through many small ones,
 *   which makes a twenty-fifth of its instructions over stdio.
 */
import { cString, F_SETFD, FD_CLOEXEC, type Libc, O_CLOEXEC, openLibc } from "./libc.ts";

/** Descriptors of the real stdin and stdout. */
export interface KeptStdio {
  readonly input: number;
  readonly output: number;
}

/** Which descriptors are kept; in the environment only from one start to the next. */
const KEPT = "GOMCP_KEPT_STDIO";
const V8_FLAGS = "DENO_V8_FLAGS";
/** What V8 is told at the second start. */
export const OWN_FLAGS =
  "--no-allocation-site-pretenuring,--max-inlined-bytecode-size-cumulative=2000";

/**
 * Does not come back from the first start; gives the kept descriptors in the second. Where a
 * restart is not possible (other systems than Linux, no permission to call into libc, a program
 * that cannot be read twice) the first start goes on as it is, and undefined says so.
 */
export function restartOnce(keepStdio: boolean): KeptStdio | undefined {
  const libc = openLibc();
  if (libc === undefined) return undefined;
  const kept = Deno.env.get(KEPT);
  if (kept !== undefined) return arrive(libc, kept);
  try {
    if (canBeReadAgain(Deno.mainModule)) depart(libc, keepStdio);
  } catch {
    // Without /proc, for one: nothing was changed, so there is no harm in going on.
  }
  return undefined;
}

/** A program that came through a pipe is used up. */
function canBeReadAgain(mainModule: string): boolean {
  return !/\/\$deno\$|^file:\/\/\/(dev|proc)\//.test(mainModule);
}

/** The second start: the programs that it starts shall know nothing of all this. */
function arrive({ fcntl }: Libc, kept: string): KeptStdio | undefined {
  Deno.env.delete(KEPT);
  const flags = Deno.env.get(V8_FLAGS) ?? "";
  const before = flags.endsWith(OWN_FLAGS) ? flags.slice(0, -OWN_FLAGS.length) : flags;
  setEnv(V8_FLAGS, before === "" ? undefined : before.replace(/,$/, ""));
  const match = /^(\d{1,9}),(\d{1,9})$/.exec(kept);
  if (match === null) return undefined;
  const [input, output] = [Number(match[1]), Number(match[2])];
  const all = [input, output].every((fd) => fcntl(fd, F_SETFD, FD_CLOEXEC) === 0);
  return all ? { input, output } : undefined;
}

/** Comes back only when the system refuses; then all is as before. */
function depart(libc: Libc, keepStdio: boolean): void {
  const start = readStart();
  const flags = Deno.env.get(V8_FLAGS);
  setEnv(V8_FLAGS, flags === undefined ? OWN_FLAGS : `${flags},${OWN_FLAGS}`);
  if (keepStdio) executeApart(libc, start);
  else execute(libc, start, "none");
  Deno.env.delete(KEPT);
  setEnv(V8_FLAGS, flags);
}

function executeApart(libc: Libc, start: Start): void {
  const { dup, dup2, open, close } = libc;
  const [input, output, nothing] = [dup(0), dup(1), open(cString("/dev/null"), O_CLOEXEC)];
  if (input >= 0 && output >= 0 && nothing >= 0) {
    dup2(nothing, 0);
    dup2(2, 1);
    execute(libc, start, `${input},${output}`);
    dup2(input, 0);
    dup2(output, 1);
  }
  for (const fd of [input, output, nothing]) close(fd);
}

function execute({ execv }: Libc, { path, pointers }: Start, kept: string): void {
  Deno.env.set(KEPT, kept);
  execv(path, pointers);
}

/** How the program was started, as execv takes it. */
interface Start {
  readonly path: Uint8Array<ArrayBuffer>;
  readonly pointers: BigUint64Array<ArrayBuffer>;
  /** What the pointers point into. */
  readonly args: Uint8Array<ArrayBuffer>;
}

/** With the arguments that the system knows: Deno does not tell those that were its own. */
function readStart(): Start {
  const args = Deno.readFileSync("/proc/self/cmdline");
  const base = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(args)));
  const pointers: bigint[] = [];
  for (let at = 0, end = args.indexOf(0); end >= 0; at = end + 1, end = args.indexOf(0, at)) {
    pointers.push(base + BigInt(at));
  }
  if (args.at(-1) !== 0) throw new Error("the last argument has no end");
  return { path: cString(Deno.execPath()), pointers: BigUint64Array.from([...pointers, 0n]), args };
}

function setEnv(name: string, value: string | undefined): void {
  if (value === undefined) Deno.env.delete(name);
  else Deno.env.set(name, value);
}

/** The real command line as a process that a test owns: always ended by its pid, always awaited. */
import { fileURLToPath } from "node:url";
import { PROGRAM_VARIABLE } from "../../scripts/testing/build_program.ts";
import { copyFixtures, type FixtureName, Gate, joinFixtures } from "./fixtures.ts";
import { Feed } from "./feed.ts";
import { until, within } from "./wait.ts";

/** The program as it is run from source. */
export const CLI = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** The same, built by scripts/run_tests.ts: it starts in half of the time. */
const BUILT = Deno.env.get(PROGRAM_VARIABLE);

/** What a build needs of deno, which runs it without the project's configuration. */
export const BUILD_FLAGS: readonly string[] = [
  "--no-config",
  "--no-lock",
  "--unstable-net",
  "--unstable-worker-options",
];

export interface CliOptions {
  /** Modules of `fixtures/` that are copied to a folder outside the project and served from there. */
  readonly fixtures?: readonly FixtureName[];
  /** Makes one module of the fixtures, so that one host has them all: it is started sooner. */
  readonly joined?: boolean;
  /** More arguments, behind those that the helper gives. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The program that deno runs. @default that of the run of tests, or cli/main.ts */
  readonly program?: string;
  /** More flags of deno's own. */
  readonly denoFlags?: readonly string[];
  /** A program that starts deno, with its own arguments; deno's follow. */
  readonly wrapper?: readonly string[];
  /** A build of one file, run with nothing but `env` in its environment: without deno, as it is. */
  readonly executable?: string;
}

/** What a process is started with, apart from the arguments of gomcp. */
type ProcessOptions = Omit<CliOptions, "args" | "fixtures" | "joined">;

/** A record of the log with `--log-format=json`. */
export type LogRecord = Readonly<Record<string, unknown>> & { readonly message: string };

/** Variables that would change what the program does; everything else is the tester's. */
const DROPPED = /^(GOMCP_|RUST_BACKTRACE$|RUST_LOG$)/;

/** The environment of every process that a test starts. */
export function cliEnv(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) => !DROPPED.test(name));
  // Nothing of a test may come into the tester's own state.
  const own = { GOMCP_STATE: "memory:", GOMCP_ADMIN_SOCKET: "off" };
  return { ...Object.fromEntries(kept), NO_COLOR: "1", ...own, ...extra };
}

/** The arguments with which deno runs gomcp. */
export function denoArgs(
  args: readonly string[],
  { program, denoFlags = [] }: Pick<CliOptions, "program" | "denoFlags"> = {},
): string[] {
  if (program !== undefined || BUILT === undefined) {
    return ["run", "-A", ...denoFlags, program ?? CLI, ...args];
  }
  return ["run", "-A", ...BUILD_FLAGS, ...denoFlags, BUILT, ...args];
}

/** What a command that ends by itself said, and how it ended. */
export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; one that does not end is killed and fails the test. */
export async function runCli(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<CliRun> {
  await using process = new CliProcess(args, "null", { ...options });
  const { code } = await process.exit();
  return { code, stdout: process.stdout, stderr: process.stderr };
}

/** A folder of fixtures and the arguments that serve it. */
export async function fixtureArgs(
  { fixtures = [], joined = false }: Pick<CliOptions, "fixtures" | "joined">,
): Promise<FixtureFolder> {
  if (fixtures.length === 0) return { folder: undefined, args: [] };
  const folder = await copyFixtures(fixtures);
  const tools = joined ? await joinFixtures(folder, fixtures) : folder;
  return { folder, args: [`--tools=${tools}`] };
}

export interface FixtureFolder {
  readonly folder: string | undefined;
  readonly args: readonly string[];
}

/** What runs now. A test file that breaks off (an uncaught error) disposes of nothing. */
const running = new Set<Deno.ChildProcess>();
addEventListener("unload", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** One process. `await using` ends it, whatever the test did. */
export class CliProcess implements AsyncDisposable {
  /** Everything that it wrote to stderr. */
  stderr = "";
  /** What it wrote to stdout, unless a subclass reads that itself. */
  stdout = "";
  readonly log: Feed<LogRecord>;
  protected readonly child: Deno.ChildProcess;
  protected readonly readers: Promise<void>[] = [];
  /** Where the fixtures are; removed at the end. */
  readonly folder: string | undefined;
  #ended = false;

  constructor(
    args: readonly string[],
    stdin: "null" | "piped",
    options: ProcessOptions & { readonly folder?: string | undefined },
    readStdout = true,
  ) {
    this.log = new Feed(() => `stderr was:\n${this.stderr.slice(-4_000)}`);
    this.folder = options.folder;
    const { wrapper = [], executable } = options;
    const program = executable === undefined
      ? [Deno.execPath(), ...denoArgs(args, options)]
      : [executable, ...args];
    const [command, ...rest] = [...wrapper, ...program];
    this.child = new Deno.Command(command!, {
      args: rest,
      clearEnv: true,
      env: executable === undefined ? cliEnv(options.env) : { ...options.env },
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      stdin,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.readers.push(this.#readLog());
    if (readStdout) {
      this.readers.push(readText(this.child.stdout, (text) => void (this.stdout += text)));
    }
    running.add(this.child);
    this.child.status.then(() => {
      running.delete(this.child);
      this.#ended = true;
    });
  }

  get pid(): number {
    return this.child.pid;
  }

  /** True until the process has ended. */
  get isAlive(): boolean {
    return !this.#ended;
  }

  /** A gate in the folder of the fixtures. */
  gate(name = "gate"): Gate {
    if (this.folder === undefined) throw new Error("Gates need the fixture slow.ts");
    return new Gate(`${this.folder}/${name}.open`);
  }

  signal(name: Deno.Signal): void {
    this.child.kill(name);
  }

  /** Sends a signal again and again until the process has ended: those that come together count once. */
  async insist(name: Deno.Signal): Promise<void> {
    await until(() => {
      try {
        this.signal(name);
      } catch {
        return true; // it has ended in this moment
      }
      return this.#ended;
    }, "the process has ended");
  }

  /** Waits for the process to end by itself. */
  async exit(ms?: number): Promise<Deno.CommandStatus> {
    const status = await within(this.child.status, "the end of the process", ms)
      .catch((cause) => {
        throw new Error(`${cause.message}; stderr was:\n${this.stderr.slice(-4_000)}`, { cause });
      });
    await Promise.all(this.readers);
    return status;
  }

  /** Ends the process at once, if it runs, and what belongs to it. */
  async stop(): Promise<void> {
    if (!this.#ended) {
      try {
        this.child.kill("SIGKILL");
      } catch {
        // It ended in this moment.
      }
    }
    await this.child.status;
    await Promise.all(this.readers);
    if (this.folder !== undefined) await Deno.remove(this.folder, { recursive: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #readLog(): Promise<void> {
    let rest = "";
    await readText(this.child.stderr, (text) => {
      this.stderr += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("{")) this.log.push(JSON.parse(line));
      }
    });
    this.log.end();
  }
}

/** Reads a stream to its end. */
export async function readText(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}

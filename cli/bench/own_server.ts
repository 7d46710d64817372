/** A server of our own to measure, in a process of its own, with every protection switched on. */
import { createTenantManager, openState } from "../../mod.ts";
import { GomcpError } from "../../src/base/errors.ts";
import { selfCommand } from "../processes/self_command.ts";
import { policyFor } from "./policy.ts";
import { type Protection, QUOTA, TENANT } from "./subject.ts";

/** How long a server may take to come up, and to go. */
const START_MS = 60_000;
const STOP_MS = 10_000;
const STDERR_CHARS_MAX = 4_000;

export interface OwnServerOptions {
  /** For its state and its audit log. */
  readonly folder: string;
  readonly without: ReadonlySet<Protection>;
  /** Of the largest call. */
  readonly argumentBytes: number;
}

/** What it takes to start one. */
export interface OwnServer {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiKey: string;
}

/** The command that serves by `flags`, with a tenant, its key, and all protections but some. */
export async function prepareServer(
  flags: readonly string[],
  { folder, without, argumentBytes }: OwnServerOptions,
): Promise<OwnServer> {
  const files = `${folder}/${crypto.randomUUID()}`;
  await Deno.mkdir(files);
  const state = `sqlite:${files}/state.db`;
  const apiKey = await createTenant(state, without);
  const policy = `${files}/validation.json`;
  await Deno.writeTextFile(policy, JSON.stringify(policyFor(without, argumentBytes)));
  const all = [
    "serve",
    ...flags,
    `--state=${state}`,
    "--require-key",
    `--validation-policy=${policy}`,
    "--config=off",
    "--admin-socket=off",
    "--log-format=json",
    // Load comes from one address; what it measures is not how many that may have.
    "--connections-per-address=20000",
    ...without.has("ratelimit") ? [] : ["--rate-limit=calls=1000000/s,per=tenant+client"],
    ...await auditFlags(files, without),
  ];
  const { program, args } = selfCommand();
  return {
    command: [program, ...args.slice(0, args.length - Deno.args.length), ...all],
    // What this process was told is not meant for a server that is measured.
    env: { GOMCP_API_KEY: apiKey },
    apiKey,
  };
}

async function createTenant(state: string, without: ReadonlySet<Protection>): Promise<string> {
  const tenants = createTenantManager(await openState(state));
  const limits = without.has("quota") ? {} : QUOTA;
  const { secret } = await tenants.createTenantWithKey(TENANT, "Bench", limits);
  await tenants.close();
  return secret;
}

async function auditFlags(
  files: string,
  without: ReadonlySet<Protection>,
): Promise<readonly string[]> {
  if (!without.has("audit")) return [`--audit-file=${files}/audit.jsonl`, "--audit-keep=1"];
  const policy = `${files}/audit.json`;
  await Deno.writeTextFile(policy, JSON.stringify({ rules: [{ level: "none" }] }));
  return [`--audit-policy=${policy}`];
}

/** A server that listens. */
export interface RunningServer {
  readonly pid: number;
  /** As its log says it: a URL, or an address. */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Starts it and waits until its log says that it serves.
 *
 * @throws {GomcpError} `upstream_failed` with its last words when it does not come up.
 */
export async function startServer(
  { command: [program, ...args], env }: OwnServer,
  message: "serving HTTP" | "serving gRPC",
): Promise<RunningServer> {
  const child = new Deno.Command(program!, {
    args,
    clearEnv: true,
    env: { ...serverEnv(), ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stop = () => stopChild(child);
  const late = setTimeout(() => child.kill("SIGKILL"), START_MS);
  try {
    const record = await readUntil(child.stderr, message);
    return { pid: child.pid, address: String(record.url ?? record.address), stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  } finally {
    clearTimeout(late);
  }
}

/** The environment without what servers are told by it. */
function serverEnv(): Record<string, string> {
  const all = Object.entries(Deno.env.toObject());
  return Object.fromEntries(all.filter(([name]) => !name.startsWith("GOMCP_")));
}

/** The record with that message; what comes behind it is thrown away. */
async function readUntil(
  stderr: ReadableStream<Uint8Array<ArrayBuffer>>,
  message: string,
): Promise<Readonly<Record<string, unknown>>> {
  const reader = stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      const words = text.trim().slice(-STDERR_CHARS_MAX);
      throw new GomcpError("upstream_failed", `Cannot start a server to measure: ${words}`);
    }
    text += value;
    const record = text.split("\n").map(parse).find((each) => each?.message === message);
    if (record === undefined) continue;
    void drain(reader);
    return record;
  }
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // It has ended in the middle.
  }
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function stopChild(child: Deno.ChildProcess): Promise<void> {
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // It has ended.
    }
  };
  kill("SIGTERM");
  const late = setTimeout(() => kill("SIGKILL"), STOP_MS);
  await child.status;
  clearTimeout(late);
}

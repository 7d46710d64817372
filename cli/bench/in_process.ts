/** Layers of the server in this process: objects in, objects out, nothing between. */
import {
  type AuditEntry,
  type AuditLog,
  createAuditLog,
  createBatch,
  createRuntime,
  createTenantManager,
  createValidator,
  defineTool,
  memoryState,
  openAuditFile,
  type RateLimit,
  type Runtime,
  type TenantManager,
} from "../../mod.ts";
import type { CallEnd } from "../../src/bench/load/recorder.ts";
import type { ToolCall } from "../../src/bench/wire/tool_call.ts";
import { policyFor } from "./policy.ts";
import { type Protection, QUOTA, type Subject, TENANT } from "./subject.ts";

export const IN_PROCESS = [
  "supervisor",
  "supervisor-async",
  "validate",
  "audit",
  "quota",
  "ratelimit",
  "batch",
] as const;
export type InProcessLayer = (typeof IN_PROCESS)[number];

const BATCH_CALLS = 50;
/** A limit lets a million calls a second through, each client's its own. */
const CLIENTS = Array.from({ length: 64 }, (_, at) => ({ name: `bench-${at}`, version: "1" }));
const RATE: RateLimit = {
  name: "calls",
  count: 1_000_000,
  per: ["tenant", "client"],
};

export interface InProcessOptions {
  readonly call: ToolCall;
  /** Where the audit log is written. */
  readonly folder: string;
  readonly without: ReadonlySet<Protection>;
}

type Parts = Pick<Subject, "what" | "call" | "callsPerRequest"> & {
  readonly close?: () => Promise<unknown>;
};

export async function openInProcess(
  layer: InProcessLayer,
  options: InProcessOptions,
): Promise<Subject> {
  const { close, ...parts } = await LAYERS[layer](options);
  return {
    ...parts,
    argumentBytes: options.call.argumentsJson(0).length,
    server: { kind: "here" },
    close: async () => void await close?.(),
  };
}

const LAYERS: Readonly<Record<InProcessLayer, (options: InProcessOptions) => Promise<Parts>>> = {
  supervisor: (options) => callsOf("echo", "a synchronous tool", options),
  "supervisor-async": (options) => callsOf("echo_async", "an asynchronous tool", options),
  validate: ({ call }) => Promise.resolve(validation(call)),
  audit: auditing,
  quota: debiting,
  ratelimit: limiting,
  batch: batching,
};

async function callsOf(
  tool: string,
  what: string,
  options: InProcessOptions,
): Promise<Parts> {
  const { runtime, close } = await openRuntime(options);
  const told = CLIENTS.map((client) => ({ tenant: TENANT, client }));
  return {
    what: `calls of ${what} through all layers, object to object; the CPU is that of the loop, too`,
    call(number) {
      const args = options.call.argumentsOf(number);
      const outcome = runtime.callTool(tool, args, told[number % told.length]);
      return outcome instanceof Promise ? outcome.then(endOf) : endOf(outcome);
    },
    close,
  };
}

type Outcome = Awaited<ReturnType<Runtime["callTool"]>>;

function endOf(outcome: Outcome): CallEnd {
  if (outcome.kind === "problem") return outcome.problem.code;
  return outcome.result.isError === true ? "tool_error" : undefined;
}

function validation(call: ToolCall): Parts {
  const validator = createValidator(policyFor(new Set(), call.argumentsJson(0).length));
  return {
    what: "limits and patterns of arguments that are parsed, all blocking families",
    call(number) {
      const checked = validator.validate(call.argumentsOf(number));
      return checked.ok ? undefined : checked.problem.code;
    },
  };
}

async function auditing({ call, folder }: InProcessOptions): Promise<Parts> {
  const audit = await openLog(folder);
  const argBytes = call.argumentsJson(0).length;
  return {
    what: "records of calls to a chained file",
    call: (number) => void audit.log(entryOf(number, argBytes)),
    close: () => audit.close(),
  };
}

function entryOf(number: number, argBytes: number): AuditEntry {
  return {
    time: Date.now(),
    stage: "completed",
    tenant: TENANT,
    adapter: "library",
    client: "bench",
    clientVersion: "1",
    address: undefined,
    kind: "tool",
    tool: "echo",
    id: number,
    decision: "allowed",
    code: "ok",
    durationUs: 2 + number % 50,
    argBytes,
    resultBytes: argBytes,
  };
}

async function debiting(): Promise<Parts> {
  const tenants = await openTenants(new Set());
  return {
    what: "debits of a tenant with a quota",
    call(): CallEnd | Promise<CallEnd> {
      const decision = tenants.checkQuota(TENANT);
      return decision instanceof Promise ? decision.then(codeOf) : codeOf(decision);
    },
    close: () => tenants.close(),
  };
}

type Decision = Awaited<ReturnType<TenantManager["checkQuota"]>>;

function codeOf(decision: Decision): CallEnd {
  return decision?.code;
}

function limiting(): Promise<Parts> {
  const runtime = createRuntime({ tools: [], rateLimits: [RATE] });
  const rates = runtime.rates!;
  const subjects = CLIENTS.map((client) => ({
    operation: "tool" as const,
    name: "echo",
    tenant: TENANT,
    client,
  }));
  return Promise.resolve({
    what: "checks of a rate limit by tenant and client",
    call: (number) => codeOf(rates.checkRate(subjects[number % subjects.length]!)),
    close: () => runtime.shutdown(),
  });
}

async function batching(options: InProcessOptions): Promise<Parts> {
  const { runtime, close } = await openRuntime(options);
  return {
    what: `batches of ${BATCH_CALLS} calls through all layers`,
    callsPerRequest: BATCH_CALLS,
    async call(number) {
      const builder = createBatch();
      for (let at = 0; at < BATCH_CALLS; at++) {
        builder.add(at, "echo", options.call.argumentsOf(number * BATCH_CALLS + at));
      }
      const client = CLIENTS[number % CLIENTS.length]!;
      const report = await runtime.processBatch(builder.parallel(true).build(), {
        tenant: TENANT,
        client,
      });
      if ("code" in report) return report.code;
      for (const { outcome } of report.results) {
        const end = endOf(outcome);
        if (end !== undefined) return end;
      }
      return undefined;
    },
    close,
  };
}

interface OpenRuntime {
  readonly runtime: Runtime;
  readonly close: () => Promise<void>;
}

/** The protections of a server that has all of them. */
async function openRuntime({ call, folder, without }: InProcessOptions): Promise<OpenRuntime> {
  const audit = without.has("audit") ? undefined : await openLog(folder);
  const tenants = await openTenants(without);
  const runtime = createRuntime({
    tools: [echo("echo", (msg) => msg), echo("echo_async", (msg) => Promise.resolve(msg))],
    tenants,
    ...(audit && { audit }),
    ...(!without.has("ratelimit") && { rateLimits: [RATE] }),
    validator: createValidator(policyFor(without, call.argumentsJson(0).length)),
  });
  const close = async () => {
    await runtime.shutdown();
    await audit?.close();
    await tenants.close();
  };
  return { runtime, close };
}

function echo(name: string, answer: (msg: string) => string | Promise<string>) {
  return defineTool({
    name,
    description: "Answers with the text that it was given.",
    input: { type: "object", properties: { msg: { type: "string" } }, required: ["msg"] },
    handler: ({ msg }) => answer(msg as string),
  });
}

async function openTenants(without: ReadonlySet<Protection>): Promise<TenantManager> {
  const tenants = createTenantManager(memoryState());
  await tenants.createTenant(TENANT, "Bench", without.has("quota") ? {} : QUOTA);
  await tenants.checkQuota(TENANT);
  return tenants;
}

async function openLog(folder: string): Promise<AuditLog> {
  const path = `${folder}/audit-${crypto.randomUUID()}.jsonl`;
  return createAuditLog({ sinks: [await openAuditFile({ path, keep: 1 })] });
}

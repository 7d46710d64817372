/** One server in this process that all adapters are tried on: its tools, its tenant, its audit log. */
import {
  type AuditLog,
  createAuditLog,
  createAuditPolicy,
  createRuntime,
  createTenantManager,
  defineTool,
  type GrpcServer,
  type HttpServer,
  memoryState,
  type Runtime,
  serveGrpc,
  serveHttp,
  type StateStore,
  type Tenant,
  type TenantManager,
} from "../../../mod.ts";
import { z } from "zod";
import { thrower } from "../fixtures/hostile.ts";
import { person } from "../fixtures/plain.ts";
import { Holder } from "../grpc_server.ts";

const TENANT = "acme";
/** Long enough that no limit is whole again within the test. */
const PERIOD_MS = 86_400_000;

const TOOLS = [
  thrower,
  person,
  defineTool({
    name: "add",
    description: "Adds.",
    input: z.object({ a: z.number(), b: z.number().max(1_000) }),
    handler: ({ a, b }) => `${a + b}`,
  }),
  defineTool({
    name: "mirror",
    description: "Gives its arguments back.",
    input: { type: "object" },
    handler: (args) => ({ content: [{ type: "text", text: "mirrored" }], structuredContent: args }),
  }),
  defineTool({
    name: "later",
    description: "Ends after a turn.",
    handler: async () => {
      await undefined;
      return "later";
    },
  }),
  defineTool({ name: "secret_door", description: "Denied.", handler: () => "open" }),
  defineTool({ name: "rare", description: "Limited.", handler: () => "once" }),
  defineTool({
    name: "slow",
    description: "Takes longer than it may.",
    timeout: "30ms",
    handler: (_, { signal }) =>
      new Promise<string>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  }),
];

/** What the tenant may use. */
export interface WorldLimits {
  readonly calls: number;
  readonly batch?: number;
}

export class World {
  private constructor(
    readonly runtime: Runtime,
    readonly http: HttpServer,
    readonly grpc: GrpcServer,
    readonly holder: Holder,
    readonly key: string,
    private readonly store: StateStore,
    private readonly tenants: TenantManager,
    private readonly audit: AuditLog,
  ) {}

  static async start({ calls, batch = 100 }: WorldLimits): Promise<World> {
    const store = memoryState();
    const tenants = createTenantManager(store);
    const limits: Tenant["limits"] = {
      maxToolCalls: calls,
      maxBytes: 1_000_000_000,
      maxBatchSize: batch,
      maxConcurrent: 8,
      period: "month",
    };
    await tenants.createTenant(TENANT, "ACME", limits);
    await tenants.setDeniedTools(TENANT, ["secret_*"]);
    const { secret } = await tenants.createKey(TENANT);
    const holder = new Holder();
    const policy = createAuditPolicy({ rules: [{ level: "request" }] });
    const audit = createAuditLog({ policy, key: new Uint8Array(32).fill(7) });
    const runtime = createRuntime({
      tools: [...TOOLS, holder.tool],
      tenants,
      audit,
      rateLimits: [
        { name: "rarely", count: 2, burst: 2, periodMs: PERIOD_MS, tools: ["rare"] },
      ],
    });
    const http = serveHttp(runtime, { port: 0 });
    const grpc = await serveGrpc(runtime, { port: 0 });
    return new World(runtime, http, grpc, holder, secret, store, tenants, audit);
  }

  /** The records since the last look; without what only one adapter can know, and how long it took. */
  records(): readonly unknown[] {
    const seen = this.#seen;
    const all = this.audit.recent();
    this.#seen = all.at(-1)?.seq ?? seen;
    return all.filter(({ seq }) => seq > seen).map(timeless);
  }
  #seen = 0;

  /** How many calls the tenant is charged for. */
  async calls(): Promise<number> {
    return (await this.tenants.usage(TENANT)).calls.used;
  }

  /** Stops; how many bytes the tenant is charged for, once nothing is held ahead any more. */
  async stop(): Promise<number> {
    await this.runtime.shutdown({ deadlineMs: 0 });
    await Promise.all([this.http.close({ deadlineMs: 0 }), this.grpc.close({ deadlineMs: 0 })]);
    await this.tenants.close();
    await this.audit.close();
    const later = createTenantManager(this.store);
    const { bytes } = await later.usage(TENANT);
    await later.close();
    return bytes.used;
  }
}

/** Which call it was, by which adapter and of which client, is told by the adapter. */
function timeless(record: ReturnType<AuditLog["recent"]>[number]): unknown {
  const { seq: _, time: _1, durationUs: _2, adapter: _3, id: _4, client: _5, ...more } = record;
  const { clientVersion: _6, address: _7, batch, ...same } = more;
  return { ...same, isOfBatch: batch !== undefined };
}

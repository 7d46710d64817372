/** A configuration file: everything that the flags of `gomcp serve` can say, and the upstreams. */
import { z } from "zod";
import { parseDuration } from "../../base/duration.ts";
import { LIMITS } from "../../base/limits.ts";
import { LOG_LEVELS } from "../../base/log.ts";
import { UPSTREAM } from "./upstream_schema.ts";
import { parseAddress } from "../address.ts";
import { parseTenantRate } from "../tenant_defaults.ts";
import { parseRateLimit } from "../rate_limit_text.ts";
import { count, duration, readBy, setting, size, texts } from "./values.ts";

type Type = z.ZodType;

/** A setting that a flag has as well. */
const flag = <T extends Type>(name: string, type: T) => setting(type, { flag: name }).optional();
const path = (name: string) => setting(z.string().min(1), { flag: name, path: true }).optional();
const paths = (name: string) => setting(texts(), { flag: name, path: true }).optional();
const text = (name: string) => flag(name, z.string().min(1));

const address = () => readBy((said) => parseAddress(said, "it"));
const rateLimit = () => readBy((said) => parseRateLimit(said, "it"));

const TENANT = z.strictObject({
  tools: setting(texts(), { path: true }).optional().describe("tool modules of its own"),
  root: setting(z.string().min(1), { path: true }).optional().describe("file tools of its own"),
  certificates: texts().optional()
    .describe('client certificates whose calls it makes, such as "URI:spiffe://acme/a"'),
});

/** As flags of gomcp tenant create have it, and in their bounds. */
const TENANT_DEFAULTS = z.strictObject({
  maxToolCalls: count(1, 1_000_000_000_000).optional().describe("calls of tools per period"),
  maxBytes: size().optional().describe("arguments and results per period"),
  period: z.enum(["minute", "hour", "day", "month"]).optional().describe("[day]"),
  maxConcurrent: count(1, LIMITS.workersMax).optional().describe("calls that run at once"),
  maxBatchSize: count(1, 1_000).optional().describe("calls of one batch"),
  rate: readBy((said) => parseTenantRate(said, "it")).optional().describe('such as "100/s"'),
  burst: count(1, 1_000_000).optional().describe("calls at once after a pause [as rate]"),
  allow: texts().optional().describe("globs of what may be seen, where a tenant has none"),
  deny: texts().optional().describe("globs of what may not be seen, by any tenant"),
}).refine(({ rate, burst }) => burst === undefined || rate !== undefined, {
  path: ["burst"],
  message: '"rate" beside it',
});

/** What a program beside ours writes of servers: read as it is, so that its own settings may stand there. */
export const FOREIGN_SERVERS = z.record(z.string(), z.looseObject({}));

export const CONFIG = z.strictObject({
  $schema: z.string().optional(),
  mode: flag("mode", z.enum(["stdio", "http", "grpc", "all"])).describe("[http]"),
  addr: flag("addr", address()).describe("HOST:PORT of HTTP or gRPC [127.0.0.1:8080]"),
  tools: paths("tools").describe("tool modules, and folders of them"),
  root: path("root").describe("adds file tools that see this folder and nothing outside it"),
  watch: flag("watch", z.boolean()).describe("reloads when the modules change"),
  timeout: flag("timeout", duration()).describe("the deadline of calls whose tool has none [30s]"),
  maxWorkers: flag("max-workers", count(1, LIMITS.workersMax)).describe("calls at once [100]"),
  queueMax: flag("queue-max", count(0, LIMITS.queueMax)).describe("calls that wait [1000]"),
  rateLimits: flag("rate-limit", z.array(rateLimit())).describe(
    'such as "search=100/s,burst=200,per=tenant"',
  ),
  drainTimeout: flag("drain-timeout", duration()).describe("[30s]"),
  requestTimeout: flag("request-timeout", duration()).describe("[30s]"),
  connectionsPerAddress: flag("connections-per-address", count(1, 1_000_000)).describe("[1000]"),
  processes: flag("processes", z.union([count(1, LIMITS.processesMax), z.literal("auto")]))
    .describe("processes on the one port of HTTP [1]"),
  metrics: text("metrics").describe('HOST:PORT of Prometheus, or "on": where HTTP is served [off]'),
  adminSocket: text("admin-socket").describe('a path, "auto" or "off" [auto]'),
  log: z.strictObject({
    level: flag("log-level", z.enum(LOG_LEVELS)).describe("[info]"),
    format: flag("log-format", z.enum(["text", "json"])).describe("[text]"),
  }).optional(),
  grpc: z.strictObject({
    addr: flag("grpc-addr", address()).describe("where mode all serves gRPC as well"),
    connectionAge: flag("grpc-connection-age", duration()).describe("[1h]"),
  }).optional(),
  tls: z.strictObject({
    cert: path("tls-cert").describe("the certificate as PEM"),
    key: path("tls-key").describe("its private key as PEM"),
    clientCa: path("tls-client-ca").describe("gRPC: who signs the certificates of clients"),
  }).optional(),
  audit: z.strictObject({
    file: path("audit-file"),
    sinks: flag("audit-sink", texts()).describe("file:PATH, stdout or otlp:URL"),
    mode: flag("audit-mode", z.enum(["best_effort", "required", "strict"])),
    policy: path("audit-policy"),
    wait: flag("audit-wait", duration()).describe("[2s]"),
    fsync: flag("audit-fsync", z.enum(["never", "interval", "always"])).describe("[interval]"),
    rotateSize: flag("audit-rotate-size", size()).describe("[64MiB]"),
    rotateEvery: flag("audit-rotate-every", duration()),
    keep: flag("audit-keep", count(0, 1_000_000)).describe("full files that are kept [all]"),
    keyFile: path("audit-key-file"),
    signKey: path("audit-sign-key"),
  }).optional(),
  state: z.strictObject({
    url: flag("state", setting(z.string().min(1), { secret: true }))
      .describe("memory:, sqlite:PATH, redis://… or rediss://…"),
    onFailure: flag("state-failure", z.enum(["refuse", "allow"])).describe("[refuse]"),
  }).optional(),
  tasks: z.strictObject({
    after: flag("task-after", duration()).describe("when calls of any tool become tasks [never]"),
    ttl: flag("task-ttl", readBy(parseDuration)).describe("[24h]"),
    timeout: flag("task-timeout", duration()).describe("of a run whose tool has none [1h]"),
    poll: flag("task-poll", duration()).describe("[1s]"),
    lease: flag("task-lease", duration()).describe("when a lost process's are taken over [15s]"),
    max: flag("tasks-max", count(1, 1_000_000)).describe("of a tenant, that have not ended [1000]"),
    bytes: flag("task-bytes", size()).describe("of all tasks of a tenant [256MiB]"),
  }).optional(),
  requireKey: flag("require-key", z.boolean()).describe("serves nobody without an API key"),
  oauth: z.strictObject({
    issuer: text("oauth-issuer"),
    scopes: flag("oauth-scope", texts()).describe('such as "files:read=read_*,list_*"'),
    audiences: flag("oauth-audience", texts()),
    resourceUrl: text("resource-url"),
    tenant: text("oauth-tenant"),
    tenantClaim: text("oauth-tenant-claim"),
    tenantMap: flag("oauth-tenant-map", texts()).describe('"VALUE=ID"'),
    algorithms: flag("oauth-algorithms", texts()),
    jwks: text("oauth-jwks"),
    allowAnyScope: flag("allow-any-scope", z.boolean()),
  }).optional(),
  hosts: z.strictObject({
    isolation: flag("isolation", z.enum(["process", "inline"])).describe("[process]"),
    permit: flag("permit", texts()).describe('"PATH:KIND=VALUE+VALUE"'),
    instances: flag("host-instances", count(1, LIMITS.hostInstancesMax)).describe("[2]"),
    warm: flag("host-warm", count(0, LIMITS.hostInstancesMax)).describe("kept unused [1]"),
    callsPerHost: flag("calls-per-host", count(1, LIMITS.hostCallsMax)).describe("[64]"),
    heap: flag("host-heap", size()).describe("[256MiB]"),
    idle: flag("host-idle", duration()).describe("[1m]"),
    grace: flag("host-grace", duration(0)).describe("[1s]"),
  }).optional(),
  allowHosts: flag("allow-host", texts()).describe("host names under which HTTP may be asked for"),
  allowOrigins: flag("allow-origin", texts()).describe("origins whose web pages may call"),
  allowAnonymous: flag("allow-anonymous", z.boolean()),
  legacySse: flag("legacy-sse", z.boolean()).describe("serves MCP's HTTP+SSE of 2024, too"),
  validation: z.strictObject({
    policy: path("validation-policy").describe("limits of arguments, patterns of attacks (JSON)"),
    allowPatterns: flag("allow-pattern", texts()).describe("families that are only reported"),
  }).optional(),
  lock: z.strictObject({
    required: flag("locked", z.boolean()).describe("serves upstreams' tools only as reviewed"),
    file: path("lock-file").describe("[gomcp.lock]"),
  }).optional(),
  // Read by that command: its rules are not loaded to start a server.
  validate: z.looseObject({}).optional().describe("for gomcp validate"),
  tenants: z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "a tenant's id"), TENANT).optional()
    .describe("what tenants have for themselves, by their ids"),
  tenantDefaults: TENANT_DEFAULTS.optional()
    .describe("limits of tenants that have none of their own"),
  upstreams: z.array(UPSTREAM).max(LIMITS.upstreamsMax).optional()
    .describe("MCP servers that are served through this one"),
  mcpServers: FOREIGN_SERVERS.optional()
    .describe("upstreams as Claude Desktop, Cursor and others have them"),
});

export type ConfigFile = z.infer<typeof CONFIG>;

/** The JSON Schema of configuration files (2020-12), with the type of `validate` where it is known. */
export function configJsonSchema(
  validate?: z.ZodObject,
): Readonly<Record<string, unknown>> {
  const type = validate === undefined ? CONFIG : CONFIG.extend({ validate: validate.optional() });
  const schema = z.toJSONSchema(type, { io: "input", unrepresentable: "any" });
  return {
    ...schema,
    title: "gomcp.json",
    description: "How gomcp serves: see docs/configuration.md",
  };
}

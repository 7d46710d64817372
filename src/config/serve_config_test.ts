/** What `gomcp serve` makes of its flags. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { originOf, readFlags } from "./flags.ts";
import { parseAddress } from "./address.ts";
import { readServeConfig } from "./serve_config.ts";
import { SERVE_FLAGS } from "./serve_flags.ts";

function config(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return readServeConfig(readFlags(SERVE_FLAGS, args, (name) => env[name]));
}

const TASKS = {
  afterMs: undefined,
  ttlMs: 86_400_000,
  timeoutMs: 3_600_000,
  pollMs: 1_000,
  leaseMs: 15_000,
  openMax: 1_000,
  bytesMax: 268_435_456,
};

Deno.test("readServeConfig() gives a server on loopback when nothing is said", () => {
  const { audit: _, hosts: _hosts, ...rest } = config([]);
  assertEquals(rest, {
    mode: "http",
    hostname: "127.0.0.1",
    port: 8080,
    grpc: undefined,
    tls: undefined,
    tools: [],
    watch: false,
    root: undefined,
    adminSocket: "auto",
    metrics: undefined,
    processes: 1,
    timeoutMs: 30_000,
    maxWorkers: 100,
    queueMax: 1_000,
    rateLimits: [],
    drainTimeoutMs: 30_000,
    requestTimeoutMs: 30_000,
    connectionsPerAddressMax: 1_000,
    logLevel: "info",
    logFormat: "text",
    allowHosts: [],
    allowOrigins: [],
    tasks: TASKS,
    state: { url: undefined, failure: "refuse", requireKey: false, own: new Map() },
    oauth: undefined,
    allowAnonymous: false,
    legacySse: false,
    validationPolicy: undefined,
    allowPatterns: [],
    locked: false,
    lockFile: "gomcp.lock",
  });
});

Deno.test("readServeConfig() takes everything that can be said", () => {
  const args = [
    "--mode=all",
    "--addr=[::1]:9",
    "--grpc-addr=:10",
    "--grpc-connection-age=2m",
    "--tls-cert=c.pem",
    "--tls-key=k.pem",
    "--tools=a.ts",
    "--tools=b",
    "--watch",
    "--root=.",
    "--admin-socket=/x",
    "--metrics=:9464",
    "--timeout=1m",
    "--max-workers=2",
    "--queue-max=0",
    "--rate-limit=a=5/s",
    "--rate-limit=b=1/m,burst=2,per=tenant+tool",
    "--drain-timeout=5s",
    "--request-timeout=6s",
    "--connections-per-address=7",
    "--log-level=debug",
    "--log-format=json",
    "--allow-host=example.com",
    "--allow-origin=https://example.com",
    "--state=memory:",
    "--tenant-tools=t-1=a",
    "--tenant-tools=t-1=b",
    "--tenant-root=t-1=c",
    "--state-failure=allow",
    "--require-key",
    "--allow-anonymous",
    "--legacy-sse",
    "--validation-policy=p.json",
    "--allow-pattern=sql",
  ];
  const { audit: _, hosts: _hosts, ...rest } = config(args);
  assertEquals(rest, {
    mode: "all",
    hostname: "[::1]",
    port: 9,
    grpc: { hostname: "0.0.0.0", port: 10, connectionAgeMs: 120_000 },
    tls: { certFile: "c.pem", keyFile: "k.pem", clientCaFile: undefined, tenants: new Map() },
    tools: ["a.ts", "b"],
    watch: true,
    root: ".",
    adminSocket: "/x",
    metrics: { hostname: "0.0.0.0", port: 9464 },
    processes: 1,
    timeoutMs: 60_000,
    maxWorkers: 2,
    queueMax: 0,
    rateLimits: [
      { name: "a", count: 5, periodMs: 1_000 },
      { name: "b", count: 1, periodMs: 60_000, burst: 2, per: ["tenant", "tool"] },
    ],
    drainTimeoutMs: 5_000,
    requestTimeoutMs: 6_000,
    connectionsPerAddressMax: 7,
    logLevel: "debug",
    logFormat: "json",
    allowHosts: ["example.com"],
    allowOrigins: ["https://example.com"],
    tasks: TASKS,
    state: {
      url: "memory:",
      failure: "allow",
      requireKey: true,
      own: new Map([["t-1", { tools: ["a", "b"], root: "c" }]]),
    },
    oauth: undefined,
    allowAnonymous: true,
    legacySse: true,
    validationPolicy: "p.json",
    allowPatterns: ["sql"],
    locked: false,
    lockFile: "gomcp.lock",
  });
});

Deno.test("readServeConfig() refuses several processes for what lives in one", () => {
  const refused = [["--mode=stdio"], ["--mode=all"], ["--legacy-sse"]];
  for (const more of refused) {
    assertThrows(() => config(["--processes=2", ...more]), GomcpError, "Cannot read --processes");
    config(["--processes=1", ...more]);
  }
  assertEquals(config(["--processes=auto"]).processes, "auto");
  for (const text of ["0", "65", "-1", "many", "1.5"]) {
    assertThrows(() => config([`--processes=${text}`]), GomcpError, "Cannot read --processes");
  }
});

Deno.test("readServeConfig() takes from the environment all but what weakens safety", () => {
  const env = Object.fromEntries(
    SERVE_FLAGS.filter(({ name }) => !/^(audit|oauth|resource|host|calls|tasks?)-/.test(name)).map((
      { name },
    ) => ["GOMCP_" + name.toUpperCase().replaceAll("-", "_"), "true"]),
  );
  const own = { GOMCP_MODE: "grpc", GOMCP_ADDR: ":1", GOMCP_TIMEOUT: "1s" };
  const grpc = { GOMCP_GRPC_ADDR: "", GOMCP_GRPC_CONNECTION_AGE: "3s" };
  const more = {
    GOMCP_MAX_WORKERS: "3",
    GOMCP_QUEUE_MAX: "4",
    GOMCP_DRAIN_TIMEOUT: "2s",
    GOMCP_REQUEST_TIMEOUT: "2s",
    GOMCP_RATE_LIMIT: "a=1/s",
  };
  const http = { GOMCP_METRICS: "off", GOMCP_PROCESSES: "1", GOMCP_CONNECTIONS_PER_ADDRESS: "7" };
  const log = { GOMCP_LOG_LEVEL: "off", GOMCP_LOG_FORMAT: "json", GOMCP_TOOLS: "a,b" };
  const { allowHosts, allowOrigins, allowAnonymous, tls, mode, tools, maxWorkers } = config([], {
    ...env,
    ...own,
    ...more,
    ...log,
    ...http,
    ...grpc,
  });
  assertEquals(tls?.tenants, new Map());
  assertEquals({ allowHosts, allowOrigins, allowAnonymous }, {
    allowHosts: [],
    allowOrigins: [],
    allowAnonymous: false,
  });
  assertEquals({ mode, tools, maxWorkers }, { mode: "grpc", tools: ["a", "b"], maxWorkers: 3 });
});

const BOUNDS = [
  ["max-workers", 1, LIMITS.workersMax],
  ["queue-max", 0, LIMITS.queueMax],
  ["connections-per-address", 1, 1_000_000],
] as const;

for (const [flag, min, max] of BOUNDS) {
  Deno.test(`readServeConfig() takes --${flag} from ${min} to ${max}`, () => {
    config([`--${flag}=${min}`]);
    config([`--${flag}=${max}`]);
    for (const value of [min - 1, max + 1, "1.5", "1e2", "x", " 1", "+1", "0x1"]) {
      const error = assertThrows(() => config([`--${flag}=${value}`]), GomcpError);
      assertEquals(
        error.message,
        `Cannot read --${flag}: it is "${value}", expected a number from ${min} to ${max}`,
      );
    }
  });
}

for (const flag of ["timeout", "drain-timeout"]) {
  Deno.test(`readServeConfig() takes --${flag} from 1ms to 24h`, () => {
    for (const value of ["1ms", "24h", "1d"]) config([`--${flag}=${value}`]);
    for (const value of ["0s", "0.4ms", "24h1ms", "30", "soon", "-1s"]) {
      const error = assertThrows(() => config([`--${flag}=${value}`]), GomcpError);
      assertEquals(
        error.message,
        `Cannot read --${flag}: it is "${value}", expected a time from 1ms to 24h, such as "30s"`,
      );
    }
  });
}

const CHOICES = [
  ["mode", ["stdio", "http", "grpc", "all"]],
  ["log-level", ["debug", "info", "warn", "error", "off"]],
  ["log-format", ["text", "json"]],
] as const;

for (const [flag, values] of CHOICES) {
  Deno.test(`readServeConfig() takes --${flag} as one of ${values.join(", ")}`, () => {
    for (const value of values) config([`--${flag}=${value}`]);
    for (const value of ["x", values[0].toUpperCase(), `${values[0]} `]) {
      const error = assertThrows(() => config([`--${flag}=${value}`]), GomcpError);
      assertStringIncludes(error.message, `Cannot read --${flag}: it is "${value}"`);
      assertStringIncludes(error.message, values.join(", "));
    }
  });
}

Deno.test("readServeConfig() names the variable when the fault is in the environment", () => {
  const faults = { GOMCP_MODE: "x", GOMCP_ADDR: "x", GOMCP_TIMEOUT: "x", GOMCP_QUEUE_MAX: "x" };
  for (const [name, value] of Object.entries(faults)) {
    const env = (asked: string) => (asked === name ? value : undefined);
    const values = readFlags(SERVE_FLAGS, [], env);
    const error = assertThrows(
      () => readServeConfig(values, originOf(SERVE_FLAGS, [], env)),
      GomcpError,
    );
    assertStringIncludes(error.message, `Cannot read ${name}: it is "x", expected `);
  }
});

const ADDRESSES: readonly (readonly [string, string, number])[] = [
  ["127.0.0.1:8080", "127.0.0.1", 8080],
  ["localhost:0", "localhost", 0],
  [":8080", "0.0.0.0", 8080],
  ["0.0.0.0:1", "0.0.0.0", 1],
  ["[::1]:8080", "[::1]", 8080],
  ["[::]:65535", "[::]", 65_535],
  ["[fe80::1]:80", "[fe80::1]", 80],
  ["example.com:65534", "example.com", 65_534],
];

for (const [text, hostname, port] of ADDRESSES) {
  Deno.test(`parseAddress() reads ${text}`, () => {
    assertEquals(parseAddress(text), { hostname, port });
  });
}

// deno-fmt-ignore: one line a kind.
const NO_ADDRESSES = [
  "", ":", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:99999",
  "127.0.0.1:123456", "127.0.0.1:-1", "127.0.0.1:http", "::1:8080", "[::1]", "[::1:8080", "::1]:80",
  "[x]:80", "a b:80", "http://localhost:80", "localhost:80/", "localhost:80 ", " localhost:80",
];

for (const text of NO_ADDRESSES) {
  Deno.test(`parseAddress() refuses "${text}"`, () => {
    const error = assertThrows(() => parseAddress(text), GomcpError);
    assertStringIncludes(error.message, `Cannot read --addr: it is "${text}", expected HOST:PORT`);
    assertEquals(error.code, "invalid_request");
  });
}

Deno.test("SERVE_FLAGS keeps every flag that weakens safety off the environment", () => {
  for (const { name, flagOnly } of SERVE_FLAGS) {
    if (name.startsWith("allow-")) assertEquals(flagOnly, true, name);
  }
});

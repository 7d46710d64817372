/** What the flags of `gomcp serve` come to. */
import { parseDuration } from "../base/duration.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { LOG_LEVELS, type LogFormat, type LogLevel } from "../base/log.ts";
import { type RateLimit, rateLimitsFault } from "../base/rate_limit.ts";
import { parseAddress } from "./address.ts";
import { collectFaults } from "./faults.ts";
import { type AuditConfig, readAuditConfig } from "./audit_config.ts";
import type { FlagValues } from "./flags.ts";
import { type OauthConfig, readOauthConfig } from "./oauth_config.ts";
import { type GrpcConfig, readGrpcConfig, readTlsConfig, type TlsConfig } from "./grpc_config.ts";
import { type MetricsConfig, readMetricsConfig } from "./metrics_config.ts";
import { type HostConfig, readHostConfig } from "./host_config.ts";
import { readStateConfig, type StateConfig } from "./state_config.ts";
import { readTaskConfig, type TaskConfig } from "./task_config.ts";
import { parseRateLimit } from "./rate_limit_text.ts";
import { FORMATS, MODES, USUAL_ADDRESS } from "./serve_flags.ts";

export type Mode = (typeof MODES)[number];

export interface ServeConfig {
  readonly mode: Mode;
  /** Where HTTP listens. */
  readonly hostname: string;
  readonly port: number;
  /** Undefined where gRPC is not served. */
  readonly grpc: GrpcConfig | undefined;
  /** Undefined where there is no TLS. */
  readonly tls: TlsConfig | undefined;
  readonly tools: readonly string[];
  /** Whether a change of the modules is a reload. */
  readonly watch: boolean;
  readonly root: string | undefined;
  /** How many listen on the port. */
  readonly processes: number | "auto";
  /** A path, "auto" or "off". */
  readonly adminSocket: string;
  readonly metrics: MetricsConfig;
  readonly timeoutMs: number;
  readonly maxWorkers: number;
  readonly queueMax: number;
  readonly rateLimits: readonly RateLimit[];
  readonly drainTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly connectionsPerAddressMax: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly audit: AuditConfig;
  readonly state: StateConfig;
  readonly tasks: TaskConfig;
  /** Undefined where no tokens are taken. */
  readonly oauth: OauthConfig | undefined;
  readonly hosts: HostConfig;
  readonly allowHosts: readonly string[];
  readonly allowOrigins: readonly string[];
  readonly allowAnonymous: boolean;
  readonly legacySse: boolean;
  readonly validationPolicy: string | undefined;
  readonly allowPatterns: readonly string[];
  /** Whether tools of upstreams must be those of the lock file. */
  readonly locked: boolean;
  readonly lockFile: string;
}

/** Whether messages go through stdin and stdout. */
export function servesStdio(mode: Mode): boolean {
  return mode === "stdio" || mode === "all";
}

/** Whether there is a port of HTTP. */
export function servesHttp(mode: Mode): boolean {
  return mode === "http" || mode === "all";
}

/** A value as the user gave it, and where, as the user would name it: "--mode" or "GOMCP_MODE". */
interface Said {
  readonly text: string;
  readonly where: string;
}

/**
 * Checks what was said and makes it a configuration. `originOf` tells where a flag's value
 * came from, for messages.
 *
 * @throws {GomcpError} `invalid_request` naming each flag or variable that is wrong, and what it takes.
 */
export function readServeConfig(
  values: FlagValues,
  originOf: (name: string) => string = (name) => `--${name}`,
): ServeConfig {
  const said = (name: string): Said => ({ text: values[name] as string, where: originOf(name) });
  return collectFaults((read) => {
    // What cannot be read is told; the usual goes on in its place, so that the rest is looked at, too.
    const mode = read(() => oneOf(said("mode"), MODES)) ?? "http";
    const address = read(() =>
      parseAddress(said("addr").text ?? USUAL_ADDRESS, said("addr").where)
    ) ??
      parseAddress(USUAL_ADDRESS, "");
    read(() => checkProcesses(said("processes"), mode, values));
    return {
      mode,
      ...address,
      grpc: read(() => readGrpcConfig(values, originOf, mode)),
      tls: read(() => readTlsConfig(values, originOf, mode)),
      tools: values.tools as readonly string[],
      watch: values.watch === true,
      root: values.root as string | undefined,
      processes: said("processes").text === "auto"
        ? "auto"
        : read(() => count(said("processes"), 1, LIMITS.processesMax)),
      adminSocket: values["admin-socket"] as string,
      metrics: read(() =>
        readMetricsConfig(values, originOf, {
          servesHttp: servesHttp(mode),
          hostname: address.hostname,
          allowAnonymous: values["allow-anonymous"] === true,
          isOneProcess: said("processes").text === "1",
        })
      ),
      timeoutMs: read(() => duration(said("timeout"))),
      maxWorkers: read(() => count(said("max-workers"), 1, LIMITS.workersMax)),
      queueMax: read(() => count(said("queue-max"), 0, LIMITS.queueMax)),
      rateLimits: read(() =>
        rateLimits(values["rate-limit"] as readonly string[], originOf("rate-limit"))
      ),
      drainTimeoutMs: read(() => duration(said("drain-timeout"))),
      requestTimeoutMs: read(() => duration(said("request-timeout"))),
      connectionsPerAddressMax: read(() => count(said("connections-per-address"), 1, 1_000_000)),
      logLevel: read(() => oneOf(said("log-level"), LOG_LEVELS)),
      logFormat: read(() => oneOf(said("log-format"), FORMATS)),
      audit: read(() => readAuditConfig(values, originOf, servesStdio(mode))),
      state: read(() => readStateConfig(values, originOf)),
      tasks: read(() => readTaskConfig(values, originOf)),
      oauth: read(() => readOauthConfig(values, originOf, { mode, hostname: address.hostname })),
      hosts: read(() => readHostConfig(values, originOf)),
      allowHosts: values["allow-host"] as readonly string[],
      allowOrigins: values["allow-origin"] as readonly string[],
      allowAnonymous: values["allow-anonymous"] === true,
      legacySse: values["legacy-sse"] === true,
      validationPolicy: values["validation-policy"] as string | undefined,
      allowPatterns: values["allow-pattern"] as readonly string[],
      locked: values.locked === true,
      lockFile: values["lock-file"] as string,
    };
  });
}

/** What lives in one process cannot be served by several on one port. */
function checkProcesses(said: Said, mode: Mode, values: FlagValues): void {
  if (said.text === "1") return;
  if (mode !== "http") throw bad(said, "1, since stdio has one process (or --mode=http)");
  if (values["legacy-sse"] === true) {
    throw bad(said, "1, since --legacy-sse has sessions, which live in one process");
  }
  if (values["tls-client-ca"] !== undefined) {
    throw bad(said, "1, since --tls-client-ca is served by one process");
  }
}

function duration(said: Said): number {
  let ms = 0;
  try {
    ms = parseDuration(said.text);
  } catch {
    // Told below, together with what is out of range.
  }
  if (ms >= 1 && ms <= LIMITS.timeoutMsMax) return ms;
  throw bad(said, 'a time from 1ms to 24h, such as "30s"');
}

function count(said: Said, min: number, max: number): number {
  const value = /^\d+$/.test(said.text) ? Number(said.text) : NaN;
  if (value >= min && value <= max) return value;
  throw bad(said, `a number from ${min} to ${max}`);
}

function rateLimits(texts: readonly string[], where: string): RateLimit[] {
  const limits = texts.map((text) => parseRateLimit(text.trim(), where));
  const fault = rateLimitsFault(limits);
  if (fault === undefined) return limits;
  throw new GomcpError("invalid_request", `Cannot read ${where}: ${fault}`);
}

function oneOf<T extends string>(said: Said, values: readonly T[]): T {
  const value = values.find((known) => known === said.text);
  if (value !== undefined) return value;
  throw bad(said, values.join(", "));
}

function bad({ text, where }: Said, expected: string): GomcpError {
  return new GomcpError(
    "invalid_request",
    `Cannot read ${where}: it is "${text}", expected ${expected}`,
  );
}

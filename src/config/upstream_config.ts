/** An upstream of a configuration file as the program takes it. */
import { parseDuration } from "../base/duration.ts";
import { parseSize } from "../base/size.ts";
import type { UpstreamSettings } from "../base/upstream_settings.ts";
import type { UpstreamEntry } from "./file/upstream_schema.ts";

/** An upstream, all defaults filled in. */
export type UpstreamConfig = UpstreamSettings;

/** Names of what is confidential, although it is written down as it is. */
const CONFIDENTIAL = /key|token|secret|passw|auth|credential|cookie|\bpat\b|_pat$/i;

/**
 * Fills in the defaults; the entry is one that its schema has taken, its references resolved:
 * `referred` are the values that came from elsewhere.
 */
export function upstreamConfig(
  entry: UpstreamEntry,
  referred: ReadonlySet<string> = new Set(),
): UpstreamConfig {
  const { name, prefix = name, breaker = {}, restart = {}, env = {}, headers = {} } = entry;
  const confidential = [...Object.entries(env), ...Object.entries(headers)]
    .filter(([key, value]) => referred.has(value) || CONFIDENTIAL.test(key))
    .flatMap(([, value]) => tokensOf(value));
  // What came from elsewhere into anything else, such as an argument or an address.
  const texts = textsIn(entry);
  const put = [...referred].filter((each) => each !== "" && texts.some((t) => t.includes(each)));
  return {
    name,
    prefix,
    target: targetOf(entry),
    protocol: entry.protocol ?? "auto",
    tenant: entry.tenant,
    connectMs: ms(entry.connectTimeout, "30s"),
    callMs: entry.callTimeout === undefined ? undefined : parseDuration(entry.callTimeout),
    idleMs: entry.idleTimeout === undefined ? undefined : parseDuration(entry.idleTimeout),
    isLazy: entry.lazy ?? false,
    concurrency: entry.concurrency ?? 100,
    queueMax: entry.queueMax ?? 1_000,
    breakerFailures: breaker.failures ?? 5,
    breakerMs: ms(breaker.open, "10s"),
    leaveOutMs: ms(entry.leaveOutAfter, "30s"),
    restarts: restart.max ?? 10,
    restartPeriodMs: ms(restart.period, "1m"),
    retryMs: ms(restart.retry, "30s"),
    refreshMs: entry.refresh === undefined ? undefined : parseDuration(entry.refresh),
    allow: entry.allow ?? ["*"],
    hide: entry.hide ?? [],
    tools: Object.fromEntries(
      Object.entries(entry.tools ?? {}).map(([tool, { timeout, ...rest }]) => [
        tool,
        { ...rest, ...(timeout !== undefined && { timeoutMs: parseDuration(timeout) }) },
      ]),
    ),
    secrets: [...new Set([...confidential, ...put])],
  };
}

function targetOf(entry: UpstreamEntry): UpstreamConfig["target"] {
  const { command, args = [], env = {}, cwd, url, headers = {}, transport = "auto" } = entry;
  if (command !== undefined) {
    const words = typeof command === "string" ? [command] : command;
    return { kind: "command", command: [...words, ...args], env, cwd };
  }
  const allowLinkLocal = entry.allowLinkLocal ?? false;
  if (entry.openapi !== undefined) {
    return {
      kind: "openapi",
      document: entry.openapi,
      server: entry.server,
      headers,
      allowLinkLocal,
      tags: entry.tags ?? [],
      operations: entry.operations ?? [],
      responseBytesMax: parseSize(entry.responseMax ?? "1MiB"),
    };
  }
  return { kind: "url", url: url!, headers, transport, allowLinkLocal };
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** "Bearer abc" is a secret as a whole, and so is "abc". */
function tokensOf(header: string): readonly string[] {
  const token = header.replace(/^(?:Bearer|Basic|Token)\s+/i, "");
  return token === header ? [header] : [header, token];
}

function ms(text: string | undefined, otherwise: string): number {
  return parseDuration(text ?? otherwise);
}

/** The audit log of a server, as its flags want it. */
import { GomcpError } from "../src/base/errors.ts";
import type { Logger } from "../src/base/log.ts";
import type { AuditConfig, AuditSinkConfig } from "../src/config/audit_config.ts";
import {
  type AuditLog,
  type AuditPolicy,
  type AuditSink,
  createAuditLog,
  createAuditSigner,
} from "../src/runtime/audit.ts";
import { openAuditFile } from "../src/stores/audit/file_sink.ts";
import { loadAuditKey, parseAuditKey } from "../src/stores/audit/key_file.ts";
import { otlpAuditSink } from "../src/stores/audit/otlp_sink.ts";
import { streamSink } from "../src/stores/audit/stdout_sink.ts";

/** Where the key may come from instead of a file. */
const KEY_VARIABLE = "GOMCP_AUDIT_KEY";
/** As OpenTelemetry has it: `name=value,name=value`, percent-encoded. */
const HEADERS_VARIABLE = "OTEL_EXPORTER_OTLP_HEADERS";

/** @throws {GomcpError} `invalid_request` for what cannot be opened or read. */
export async function openAudit(
  config: AuditConfig,
  policy: AuditPolicy | undefined,
  log: Logger,
): Promise<AuditLog> {
  const key = await openKey(config);
  const sinks: AuditSink[] = [];
  try {
    for (const each of config.sinks) sinks.push(await openSink(each, config, log));
  } catch (error) {
    for (const sink of sinks) await sink.close();
    throw error;
  }
  const { mode, waitMs } = config;
  const audit = createAuditLog({
    ...(policy && { policy }),
    mode,
    waitMs,
    sinks,
    log,
    ...(key && { key }),
  });
  reopenOnSignal(audit, log);
  return audit;
}

/** As log rotation does it: the file is moved away, then the server is told. */
function reopenOnSignal(audit: AuditLog, log: Logger): void {
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGUSR1", () => {
    audit.reopen().then(() => {
      // A sink that failed has told so itself.
      const isDone = audit.stats().sinks.every(({ state }) => state === "ok");
      if (isDone) log.info("audit files opened anew");
    });
  });
}

async function openKey(config: AuditConfig): Promise<Uint8Array | undefined> {
  const said = Deno.env.get(KEY_VARIABLE);
  if (said !== undefined && said !== "") return parseAuditKey(said, KEY_VARIABLE);
  const path = config.keyFile ?? await keyBesideLog(config);
  return path === undefined ? undefined : await loadAuditKey(path);
}

/** Nothing is kept beside pipes and devices. */
async function keyBesideLog({ sinks }: AuditConfig): Promise<string | undefined> {
  for (const sink of sinks) {
    if (sink.kind !== "file") continue;
    const isPlain = await Deno.stat(sink.path).then(({ isFile }) => isFile, () => true);
    if (isPlain) return `${sink.path}.key`;
  }
  return undefined;
}

async function openSink(
  sink: AuditSinkConfig,
  config: AuditConfig,
  log: Logger,
): Promise<AuditSink> {
  switch (sink.kind) {
    case "stdout":
      return streamSink("stdout", Deno.stdout);
    case "otlp":
      return otlpAuditSink({
        url: sink.url,
        headers: otlpHeaders(),
        timeoutMs: config.waitMs,
        log,
      });
    case "file": {
      const { rotateBytes, rotateMs, keep, fsync, signKeyFile } = config;
      const signer = signKeyFile === undefined
        ? undefined
        : createAuditSigner(await readFile(signKeyFile));
      const options = { path: sink.path, rotateBytes, rotateMs, keep, fsync, log };
      return await openAuditFile({ ...options, ...(signer !== undefined && { signer }) });
    }
  }
}

async function readFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const text = `Cannot read ${path}: ${(cause as Error).message}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
}

function otlpHeaders(): Record<string, string> {
  const text = Deno.env.get(HEADERS_VARIABLE) ?? "";
  const pairs = text.split(",").map((pair) => pair.trim()).filter((pair) => pair.includes("="));
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
  }));
}

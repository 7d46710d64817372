/** Audit records to a collector: OTLP logs over HTTP with JSON (OpenTelemetry protocol 1.x). */
import type { AuditBatch } from "../../audit/batch.ts";
import type { AuditRecord } from "../../audit/record.ts";
import type { AuditSink } from "../../audit/sink.ts";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { type Logger, SILENT_LOG } from "../../base/log.ts";

/** Where a collector is. */
export interface OtlpAuditOptions {
  /** The full address, such as "http://127.0.0.1:4318/v1/logs". */
  readonly url: string;
  /** More headers, such as what the collector wants to be authorised by. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that an answer may take. @default 10_000 */
  readonly timeoutMs?: number;
  /** Where its troubles are told. @default nobody is told */
  readonly log?: Logger;
}

/**
 * Sends records to a collector of OpenTelemetry. What the collector takes but does not keep
 * (`partialSuccess`) is told in the log and not sent again, as the protocol wants it.
 *
 * @example
 * ```ts
 * import { otlpAuditSink } from "gomcp";
 *
 * const sink = otlpAuditSink({ url: "http://127.0.0.1:4318/v1/logs" });
 * if (sink.name !== "otlp http://127.0.0.1:4318/v1/logs") throw new Error();
 * await sink.close();
 * ```
 *
 * @throws {GomcpError} `invalid_request` when the address is none of HTTP.
 */
export function otlpAuditSink(options: OtlpAuditOptions): AuditSink {
  const { url, headers = {}, timeoutMs = 10_000, log = SILENT_LOG } = options;
  const { protocol, origin, pathname } = readUrl(url);
  if (protocol !== "http:" && protocol !== "https:") throw badUrl(url);
  const closing = new AbortController();
  // Without what may be a password in it.
  const name = `otlp ${origin}${pathname}`;
  return {
    name,
    durable: false,
    borrowsRecords: true,
    async write(batches) {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(requestOf(batches)),
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal]),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`the collector answered ${response.status}`);
      const rejected = rejectedOf(text);
      if (rejected > 0) log.error("audit records were not kept", { sink: name, rejected });
    },
    close() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

function readUrl(url: string): URL {
  if (!URL.canParse(url)) throw badUrl(url);
  return new URL(url);
}

function badUrl(url: string): GomcpError {
  const text = `Cannot send audit records to "${url}", expected an address of HTTP`;
  return new GomcpError("invalid_request", text);
}

function rejectedOf(text: string): number {
  try {
    return Number(JSON.parse(text)?.partialSuccess?.rejectedLogRecords ?? 0);
  } catch (error) {
    throw new Error(`the collector's answer cannot be read: ${describeThrown(error)}`);
  }
}

function requestOf(batches: readonly AuditBatch[]): unknown {
  const logRecords = batches.flatMap(({ records }) => records.map(logRecordOf));
  return {
    resourceLogs: [{
      resource: { attributes: [attribute("service.name", "gomcp")] },
      scopeLogs: [{ scope: { name: "gomcp.audit" }, logRecords }],
    }],
  };
}

/** Severity numbers of the logs data model: 9 is INFO, 13 is WARN, 17 is ERROR. */
function logRecordOf(record: AuditRecord): unknown {
  const { time, stage, tool, code, ...rest } = record;
  const severity = stage === "panicked" ? 17 : stage === "refused" ? 13 : 9;
  const attributes = Object.entries({ stage, tool, code, ...rest })
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => attribute(`gomcp.audit.${key}`, value));
  return {
    timeUnixNano: `${Math.floor(time)}000000`,
    severityNumber: severity,
    severityText: severity === 9 ? "INFO" : severity === 13 ? "WARN" : "ERROR",
    eventName: "gomcp.audit",
    body: { stringValue: `${stage} ${tool} ${code}` },
    attributes,
  };
}

function attribute(key: string, value: unknown): unknown {
  if (typeof value === "number") return { key, value: { intValue: String(value) } };
  if (typeof value === "boolean") return { key, value: { boolValue: value } };
  return { key, value: { stringValue: String(value) } };
}

/** OTLP logs, sent to a real server of this process. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AuditBatch } from "../../audit/batch.ts";
import { entryOf } from "../../audit/testing.ts";
import { GomcpError } from "../../base/errors.ts";
import { type LogFields, SILENT_LOG } from "../../base/log.ts";
import { otlpAuditSink } from "./otlp_sink.ts";

const BATCHES = [
  new AuditBatch([
    { ...entryOf({ tool: "a" }), seq: 1 },
    { ...entryOf({ stage: "refused", code: "rate_limited", tool: "b" }), seq: 2 },
  ]),
];

async function withCollector(
  answer: (request: Request) => Response | Promise<Response>,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  try {
    await work(`http://127.0.0.1:${server.addr.port}/v1/logs`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("records are sent as OTLP logs, with the headers that the collector wants", async () => {
  // deno-lint-ignore no-explicit-any -- looked into below
  let body: any;
  let auth: string | null = null;
  await withCollector(async (request) => {
    body = await request.json();
    auth = request.headers.get("x-key");
    return Response.json({});
  }, async (url) => {
    const sink = otlpAuditSink({ url, headers: { "x-key": "k" } });
    await sink.write(BATCHES, { durable: false });
    await sink.close();
  });
  assertEquals(auth, "k");
  const [first, second] = body.resourceLogs[0].scopeLogs[0].logRecords;
  assertEquals(first.timeUnixNano, "1800000000000000000");
  assertEquals([first.severityText, second.severityText], ["INFO", "WARN"]);
  assertEquals(second.body, { stringValue: "refused b rate_limited" });
  const attributes = Object.fromEntries(
    // deno-lint-ignore no-explicit-any -- as above
    first.attributes.map(({ key, value }: any) => [key, value]),
  );
  assertEquals(attributes["gomcp.audit.seq"], { intValue: "1" });
  assertEquals(attributes["gomcp.audit.tenant"], { stringValue: "default" });
  assertEquals(attributes["gomcp.audit.durationUs"], { intValue: "12" });
});

Deno.test("a collector that refuses is a sink that fails", async () => {
  await withCollector(() => new Response("no", { status: 503 }), async (url) => {
    const sink = otlpAuditSink({ url });
    const write = () => sink.write(BATCHES, { durable: false });
    await assertRejects(write, Error, "the collector answered 503");
  });
});

Deno.test("what a collector does not keep is told, and not sent again", async () => {
  const told: LogFields[] = [];
  const log = {
    ...SILENT_LOG,
    error: (_: string, fields: LogFields = {}) => void told.push(fields),
  };
  const partial = { partialSuccess: { rejectedLogRecords: "1", errorMessage: "x" } };
  await withCollector(() => Response.json(partial), async (url) => {
    await otlpAuditSink({ url, log }).write(BATCHES, { durable: false });
    assertEquals(told, [{ sink: `otlp ${url}`, rejected: 1 }]);
  });
});

Deno.test("only addresses of HTTP are taken, and no password is shown", () => {
  for (const url of ["x", "ftp://a/b"]) {
    assertThrows(() => otlpAuditSink({ url }), GomcpError, "expected an address of HTTP");
  }
  assertEquals(otlpAuditSink({ url: "http://u:p@h/x?k=v" }).name, "otlp http://h/x");
});

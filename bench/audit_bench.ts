/** The audit log: a record in memory, into a chained file, and a whole call with it. */
import { createAuditLog } from "../src/audit/audit_log.ts";
import { createAuditPolicy } from "../src/audit/policy.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { openAuditFile } from "../src/stores/audit/file_sink.ts";
import { echoTool } from "../src/tools/builtin/echo.ts";
import { auditEntry } from "./audit_entry.ts";
import { benchRuntime, consume, MESSAGE } from "./support.ts";

const RECORDS = 10_000;
const folder = await Deno.makeTempDir({ prefix: "gomcp-bench-" });
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const memory = createAuditLog();
const file = createAuditLog({
  sinks: [await openAuditFile({ path: `${folder}/audit.jsonl`, keep: 1 })],
});

Deno.bench(`${RECORDS} records, in memory`, { group: "log", baseline: true }, () => {
  for (let i = 0; i < RECORDS; i++) memory.log(auditEntry(i));
});

Deno.bench(`${RECORDS} records, chained and written to a file`, { group: "log" }, async () => {
  for (let i = 0; i < RECORDS; i++) file.log(auditEntry(i));
  await file.flush();
});

const args = { msg: MESSAGE };
const plain = benchRuntime();
const audited = createRuntime({ tools: [echoTool()], audit: createAuditLog() });
const full = createRuntime({
  tools: [echoTool()],
  audit: createAuditLog({ policy: createAuditPolicy({ rules: [{ level: "full" }] }) }),
});

Deno.bench("a call, no audit", { group: "call", baseline: true }, () => {
  consume(plain.callTool("echo", args));
});

Deno.bench("a call, audited in memory", { group: "call" }, () => {
  consume(audited.callTool("echo", args));
});

Deno.bench("a call, audited at level full, redacted and hashed", { group: "call" }, () => {
  consume(full.callTool("echo", args));
});

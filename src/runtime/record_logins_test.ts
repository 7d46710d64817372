/** Refused requests on record: who, where, why, by the policy, and not without bound. */
import { assertEquals } from "@std/assert";
import { createAuditLog } from "../audit/audit_log.ts";
import { type AuditPolicyOptions, createAuditPolicy } from "../audit/policy.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { createLoginRecorder, type RefusedLogin } from "./record_logins.ts";

const REFUSED: RefusedLogin = {
  adapter: "http",
  client: { address: "192.0.2.7" },
  target: "/mcp",
  problem: { code: "unauthenticated", detail: "The API key is not valid" },
};

function make(rules: AuditPolicyOptions["rules"] = []) {
  const clock = new FakeClock();
  const audit = createAuditLog({ clock, policy: createAuditPolicy({ rules }) });
  return { clock, audit, record: createLoginRecorder(audit) };
}

Deno.test("a refused request is on record with its adapter, address, target and code", () => {
  const { audit, record } = make();
  record(REFUSED);
  const [only, ...more] = audit.recent();
  assertEquals(more, []);
  const { stage, decision, kind, adapter, address, tool, tenant, code } = only!;
  assertEquals({ stage, decision, kind, adapter, address, tool, tenant, code }, {
    stage: "refused",
    decision: "refused",
    kind: "login",
    adapter: "http",
    address: "192.0.2.7",
    tool: "/mcp",
    tenant: "default",
    code: "unauthenticated",
  });
});

Deno.test("a long target is cut", () => {
  const { audit, record } = make();
  record({ ...REFUSED, target: "/" + "x".repeat(10_000) });
  assertEquals(audit.recent()[0]?.tool.length, 200);
});

Deno.test("the policy may leave refused requests out", () => {
  for (const rule of [{ level: "none" }, { level: "full", stages: ["completed"] }] as const) {
    const { audit, record } = make([{ tools: ["/mcp"], ...rule }]);
    record(REFUSED);
    assertEquals(audit.recent(), []);
    record({ ...REFUSED, target: "/v1/tools" });
    assertEquals(audit.recent().length, 1);
  }
});

Deno.test("an address cannot fill the log: 60 records, then one a second", () => {
  const { audit, clock, record } = make();
  for (let i = 0; i < 100; i++) record(REFUSED);
  assertEquals(audit.stats().records, 60);
  record({ ...REFUSED, client: { address: "192.0.2.8" } });
  assertEquals(audit.stats().records, 61);
  clock.advance(1_000);
  for (let i = 0; i < 100; i++) record(REFUSED);
  assertEquals(audit.stats().records, 62);
});

/** The audit policy: the first rule that fits, and what is refused. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { type AuditPolicyOptions, createAuditPolicy, parseAuditPolicy } from "./policy.ts";

const POLICY = createAuditPolicy({
  rules: [
    { tools: ["health*", "ping"], level: "none" },
    { tenants: ["acme", "b?"], tools: ["pay_*"], adapters: ["rest", "http"], level: "full" },
    { adapters: ["stdio"], level: "request", stages: ["received", "refused"], hashes: false },
    { tenants: ["quiet"], level: "metadata", hashes: true },
  ],
});

const FITS: readonly (readonly [string, string, string, string])[] = [
  ["acme", "rest", "healthz", "none"],
  ["acme", "stdio", "ping", "none"],
  ["acme", "stdio", "pings", "request"],
  ["acme", "rest", "pay_now", "full"],
  ["b1", "http", "pay_", "full"],
  ["b12", "http", "pay_", "metadata"],
  ["acme", "grpc", "pay_now", "metadata"],
  ["acme", "rest", "pay", "metadata"],
  ["", "library", "", "metadata"],
];

for (const [tenant, adapter, tool, level] of FITS) {
  Deno.test(`ruleFor() records ${tool} of ${tenant} by ${adapter} at level ${level}`, () => {
    // The second answer comes from what was remembered.
    assertEquals(POLICY.ruleFor(tenant, adapter, tool).level, level);
    assertEquals(POLICY.ruleFor(tenant, adapter, tool).level, level);
  });
}

Deno.test("ruleFor() says which stages and hashes a rule wants", () => {
  assertEquals(POLICY.ruleFor("x", "stdio", "t"), {
    level: "request",
    received: true,
    completed: false,
    refused: true,
    panicked: false,
    hashes: false,
  });
  const plain = { received: false, completed: true, refused: true, panicked: true };
  assertEquals(POLICY.ruleFor("quiet", "rest", "t"), {
    level: "metadata",
    ...plain,
    hashes: true,
  });
  assertEquals(POLICY.ruleFor("x", "rest", "t"), { level: "metadata", ...plain, hashes: false });
  assertEquals(POLICY.ruleFor("acme", "rest", "pay_x").hashes, true);
});

Deno.test("ruleFor() holds also when more tools were asked for than it remembers", () => {
  const policy = createAuditPolicy({ rules: [{ tools: ["a*"], level: "full" }] });
  for (let i = 0; i <= LIMITS.auditRulesCached; i++) policy.ruleFor("t", "rest", `b${i}`);
  assertEquals(policy.ruleFor("t", "rest", "a1").level, "full");
  assertEquals(policy.ruleFor("t", "rest", "b1").level, "metadata");
});

const REFUSED: readonly (readonly [unknown, string])[] = [
  [[], "it is array, expected an object"],
  [{ rule: [] }, 'it has a member "rule", expected rules, redact'],
  [{ rules: {} }, "/rules is object, expected an array"],
  [{ rules: [1] }, "/rules/0 is number, expected an object"],
  [{ rules: [{}] }, "/rules/0/level is missing, expected none, metadata, request, full"],
  [{ rules: [{ level: "all" }] }, '/rules/0/level is "all", expected none, metadata,'],
  [{ rules: [{ level: "none", tool: ["x"] }] }, '/rules/0 has a member "tool", expected tenants,'],
  [{ rules: [{ level: "none", tools: "x" }] }, "/rules/0/tools is string, expected an array of"],
  [{ rules: [{ level: "none", adapters: ["tcp"] }] }, '/rules/0/adapters is "tcp", expected stdio'],
  [
    { rules: [{ level: "none", stages: ["done"] }] },
    '/rules/0/stages is "done", expected received',
  ],
  [{ rules: [{ level: "none", hashes: 1 }] }, "/rules/0/hashes is number, expected boolean"],
  [{ redact: 1 }, "/redact is number, expected an object"],
  [{ redact: { key: [] } }, "/redact/key is there, expected keys, pointers, shapes, defaultKeys"],
  [{ redact: { keys: "x" } }, "/redact/keys is string, expected an array of strings"],
  [{ redact: { pointers: ["a"] } }, '/redact/pointers is "a", expected JSON Pointers'],
  [{ redact: { shapes: ["toString"] } }, '/redact/shapes is "toString", expected private_key'],
  [{ redact: { defaultKeys: 1 } }, "/redact/defaultKeys is number, expected boolean"],
];

for (const [policy, what] of REFUSED) {
  Deno.test(`createAuditPolicy() refuses ${JSON.stringify(policy)}`, () => {
    const make = () => createAuditPolicy(policy as AuditPolicyOptions);
    const error = assertThrows(make, GomcpError, `Cannot read audit policy: ${what}`);
    assertEquals(error.code, "invalid_request");
  });
}

Deno.test("createAuditPolicy() takes as many rules as the limit, and not one more", () => {
  const rules = Array.from({ length: LIMITS.auditRulesMax }, () => ({ level: "full" as const }));
  createAuditPolicy({ rules });
  const more = [...rules, { level: "none" as const }];
  assertThrows(() => createAuditPolicy({ rules: more }), GomcpError, "expected at most 1000");
});

Deno.test("parseAuditPolicy() reads JSON, and says so of what is none", () => {
  const { ruleFor } = parseAuditPolicy('{"rules": [{"level": "full"}]}');
  assertEquals(ruleFor("t", "rest", "x").level, "full");
  assertThrows(
    () => parseAuditPolicy("rules:"),
    GomcpError,
    "Cannot read audit policy: it is no JSON",
  );
});

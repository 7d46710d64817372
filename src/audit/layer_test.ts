/** The audit layer: what of a call is on record, and which calls it refuses. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { GomcpError } from "../base/errors.ts";
import { Call, type CallOptions, type Handler } from "../pipeline/call.ts";
import { answered, type Outcome, refuse, toolFailure } from "../pipeline/outcome.ts";
import { createAuditLog } from "./audit_log.ts";
import type { AuditLogOptions } from "./log_options.ts";
import { auditLayer } from "./layer.ts";
import { type AuditPolicyOptions, createAuditPolicy } from "./policy.ts";
import type { AuditSink } from "./sink.ts";
import { canonicalJson } from "./tenant_keys.ts";

const DONE: Outcome = {
  kind: "result",
  result: { content: [{ type: "text", text: "é😀" }] },
  members: undefined,
};

/** What stands behind the layer: a tool that was started. */
function running(outcome: Outcome | Promise<Outcome>, clock: FakeClock): Handler {
  return (call) => {
    call.dispatched = true;
    clock.advance(1.5);
    return outcome;
  };
}

function make(
  next: (clock: FakeClock) => Handler,
  options: AuditPolicyOptions & AuditLogOptions = {},
) {
  const clock = new FakeClock();
  const { rules, redact, ...rest } = options;
  const policy = createAuditPolicy({ ...(rules && { rules }), ...(redact && { redact }) });
  const audit = createAuditLog({ clock, policy, ...rest });
  return { audit, clock, handle: auditLayer(audit)(next(clock)) };
}

function callOf(more: Partial<CallOptions> = {}): Call {
  return new Call({ tool: "t", args: { msg: "é" }, adapter: "library", ...more });
}

Deno.test("a call that ends at once is on record at once, without a promise", () => {
  const { audit, handle } = make((clock) => running(DONE, clock));
  const client = { name: "c", version: "1", address: "::1" };
  const outcome = handle(callOf({ id: 7, client, tenant: "acme" }));
  assertEquals<unknown>(outcome, DONE);
  const [record, ...more] = audit.recent();
  assertEquals(more, []);
  assertEquals(defined(record!), {
    seq: 1,
    time: 1_800_000_000_001.5,
    stage: "completed",
    tenant: "acme",
    adapter: "library",
    client: "c",
    clientVersion: "1",
    address: "::1",
    kind: "tool",
    tool: "t",
    id: 7,
    decision: "allowed",
    code: "ok",
    durationUs: 1_500,
    argBytes: 12,
    resultBytes: 45,
    redacted: false,
  });
});

function defined(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

const ENDS: readonly (readonly [string, Outcome, boolean, string, string, string])[] = [
  ["a tool's error", toolFailure("no"), true, "completed", "allowed", "tool_error"],
  ["an answer", answered('"a":1'), true, "completed", "allowed", "ok"],
  ["a refusal", refuse("rate_limited", "no"), false, "refused", "refused", "rate_limited"],
  ["an unknown tool", refuse("unknown_tool", "no"), false, "refused", "refused", "unknown_tool"],
  [
    "a deadline",
    refuse("deadline_exceeded", "x"),
    true,
    "completed",
    "allowed",
    "deadline_exceeded",
  ],
  [
    "a deadline in the queue",
    refuse("deadline_exceeded", "x"),
    false,
    "refused",
    "refused",
    "deadline_exceeded",
  ],
  [
    "a question",
    { kind: "input_required", requests: {} },
    true,
    "completed",
    "allowed",
    "input_required",
  ],
];

for (const [name, outcome, ran, stage, decision, code] of ENDS) {
  Deno.test(`${name} is on record as ${stage}, ${code}, at once or later`, async () => {
    for (const settled of [outcome, Promise.resolve(outcome)]) {
      const { audit, handle } = make(() => (call) => {
        call.dispatched = ran;
        return settled;
      });
      assertEquals(await handle(callOf()), outcome);
      const [record] = audit.recent();
      assertEquals([record?.stage, record?.decision, record?.code], [stage, decision, code]);
    }
  });
}

Deno.test("what is thrown is on record and goes on", async () => {
  for (const thrown of [new TypeError("broken"), new GomcpError("internal", "broken")]) {
    const { audit, handle } = make(() => () => {
      throw thrown;
    });
    assertThrows(() => handle(callOf()), Error, "broken");
    assertEquals(audit.recent().map(({ stage, code }) => [stage, code]), [[
      "panicked",
      "internal",
    ]]);
  }
  const { audit, handle } = make(() => () => Promise.reject(new GomcpError("overloaded", "full")));
  await assertRejects(() => Promise.resolve(handle(callOf())), GomcpError, "full");
  assertEquals(audit.recent().map(({ stage, code }) => [stage, code]), [["refused", "overloaded"]]);
});

const LEVELS = ["none", "metadata", "request", "full"] as const;

for (const level of LEVELS) {
  Deno.test(`level ${level} records what it should and nothing more`, () => {
    const { audit, handle } = make((clock) => running(DONE, clock), { rules: [{ level }] });
    handle(callOf({ args: { b: 1, password: "s3cret" } }));
    const [record] = audit.recent();
    if (level === "none") return assertEquals(record, undefined);
    const hash = (text: string) => audit.keys.hash("default", text);
    const shown = level !== "metadata";
    assertEquals(record?.argHash, shown ? hash('{"b":1,"password":"s3cret"}') : undefined);
    assertEquals(record?.args, shown ? `{"b":1,"password":"hmac:${hash("s3cret")}"}` : undefined);
    assertEquals(record?.redacted, shown);
    const result = { content: [{ type: "text", text: "é😀" }] };
    assertEquals(record?.resultHash, shown ? hash(canonicalJson(result)!) : undefined);
    assertEquals(record?.result, level === "full" ? JSON.stringify(result) : undefined);
  });
}

Deno.test("hashes do not depend on the order of keys, and can be had without values", () => {
  const rules = [{ level: "metadata", hashes: true }] as const;
  const { audit, handle } = make((clock) => running(DONE, clock), { rules });
  handle(callOf({ args: { a: 1, b: { c: 2, d: 3 } } }));
  handle(callOf({ args: { b: { d: 3, c: 2 }, a: 1 } }));
  const [first, second] = audit.recent();
  assert(first?.argHash !== undefined && first.args === undefined);
  assertEquals(first.argHash, second?.argHash);
});

Deno.test("only the stages of the rule are on record", async () => {
  const rules = [{ level: "metadata", stages: ["received"] }] as const;
  const { audit, handle } = make((clock) => running(DONE, clock), { rules });
  await handle(callOf());
  assertEquals(audit.recent().map(({ stage, decision }) => [stage, decision]), [
    ["received", "pending"],
  ]);
});

Deno.test("the record of an end names that of the arrival", () => {
  const rules = [{ level: "metadata", stages: ["received", "completed"] }] as const;
  const { audit, handle } = make((clock) => running(DONE, clock), { rules });
  handle(callOf());
  handle(callOf());
  assertEquals(audit.recent().map(({ seq, received }) => [seq, received]), [
    [1, undefined],
    [2, 1],
    [3, undefined],
    [4, 3],
  ]);
});

Deno.test("arguments are recorded as they came in, whatever the tool does to them", () => {
  const args = { list: [1] };
  const { audit, handle } = make(() => (call) => {
    (call.args as typeof args).list.push(2);
    return DONE;
  }, { rules: [{ level: "request" }] });
  handle(callOf({ args }));
  assertEquals(audit.recent()[0]?.args, '{"list":[1]}');
});

Deno.test("arguments that are no JSON do not keep a call from its record", () => {
  const { audit, handle } = make((clock) => running(DONE, clock), { rules: [{ level: "full" }] });
  handle(callOf({ args: 1n }));
  handle(callOf({ args: undefined }));
  assertEquals(audit.recent().map(({ argBytes, code }) => [argBytes, code]), [
    [undefined, "ok"],
    [undefined, "ok"],
  ]);
});

/** A sink that takes records, or none, and knows what had been written when the tool ran. */
function sinkOf(takes: boolean): AuditSink & { readonly stages: string[] } {
  const stages: string[] = [];
  return {
    name: "test",
    durable: true,
    stages,
    write(batches) {
      if (!takes) return Promise.reject(new Error("full"));
      for (const { records } of batches) stages.push(...records.map(({ stage }) => stage));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

for (const mode of ["required", "strict"] as const) {
  Deno.test(`${mode}: the tool runs when a sink has the record of the arrival, not before`, async () => {
    const sink = sinkOf(true);
    let seen: readonly string[] = [];
    const { audit, handle } = make(() => (call) => {
      call.dispatched = true;
      seen = [...sink.stages];
      return DONE;
    }, { mode, sinks: [sink] });
    assertEquals(await handle(callOf()), DONE);
    assertEquals(seen, ["received"]);
    await audit.close();
    assertEquals(sink.stages, ["received", "completed"]);
  });

  Deno.test(`${mode}: without a sink that takes it a call is refused, and no tool runs`, async () => {
    let ran = false;
    const { audit, handle } = make(() => () => {
      ran = true;
      return DONE;
    }, { mode, sinks: [sinkOf(false)] });
    const outcome = await handle(callOf());
    assert(outcome.kind === "problem");
    assertEquals([outcome.problem.code, ran], ["audit_unavailable", false]);
    assert((outcome.problem.retryAfterMs ?? 0) > 0);
    assertEquals(audit.recent().map(({ stage, code }) => [stage, code]), [
      ["received", "pending"],
      ["refused", "audit_unavailable"],
    ]);
    await audit.close();
  });

  Deno.test(`${mode}: what is not recorded does not wait for a sink`, () => {
    const { handle } = make((clock) => running(DONE, clock), {
      mode,
      sinks: [sinkOf(false)],
      rules: [{ level: "none" }],
    });
    return Promise.resolve(handle(callOf())).then((outcome) => assertEquals(outcome, DONE));
  });
}

Deno.test("the size of a result is that of its JSON, rendered or not", () => {
  const texts = ["", "plain", 'é"\n😀', "x".repeat(5_000)];
  const results = texts.flatMap((text): Outcome[] => [
    toolFailure(text),
    { kind: "result", result: { content: [{ type: "text", text }] }, members: undefined },
    {
      kind: "result",
      result: { content: [{ type: "text", text }], structuredContent: { text } },
      members: undefined,
    },
    answered(`"text":${JSON.stringify(text)}`),
  ]);
  for (const outcome of results) {
    const { audit, handle } = make((clock) => running(outcome, clock));
    handle(callOf());
    const json = outcome.kind === "result"
      ? JSON.stringify(outcome.result)
      : `{${(outcome as { members: string }).members}}`;
    assertEquals(audit.recent()[0]?.resultBytes, new TextEncoder().encode(json).length);
  }
});

Deno.test("a result that is nested too deep to be hashed goes to the client, and its record says so", async () => {
  const members = `"structuredContent":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
  const { audit, handle } = make((clock) => running(answered(members), clock), {
    rules: [{ level: "full" }],
  });
  const outcome = await handle(callOf());
  assert(outcome.kind === "answer" && outcome.members === members);
  const [record] = audit.recent();
  assertEquals([record?.stage, record?.code, record?.redacted], ["completed", "ok", true]);
  assertEquals([record?.resultHash, record?.result], [undefined, undefined]);
  assertEquals(record?.resultBytes, members.length + 2);
});

/** Whatever is thrown below becomes one outcome, and its text stays in the log. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { type LogFields, type Logger, SILENT_LOG } from "../base/log.ts";
import { Call, type Handler } from "./call.ts";
import { faultLayer } from "./fault.ts";
import { type Outcome, toolFailure } from "./outcome.ts";

const SECRET = "/etc/secret of another tenant";

function setUp(inner: Handler) {
  const errors: LogFields[] = [];
  const log: Logger = { ...SILENT_LOG, error: (_, fields = {}) => errors.push(fields) };
  const handler = faultLayer(log)(inner);
  return { errors, handle: () => handler(new Call({ tool: "t", args: {}, adapter: "library" })) };
}

/** The same fault, thrown and rejected. */
function ways(thrown: unknown): readonly (readonly [string, Handler])[] {
  return [
    ["throws", () => {
      throw thrown;
    }],
    ["rejects with", () => Promise.reject(thrown)],
  ];
}

const UNEXPECTED: readonly (readonly [string, unknown])[] = [
  ["an error", new TypeError(SECRET)],
  ["a string", SECRET],
  ["an object", { path: SECRET }],
  ["undefined", undefined],
  ["null", null],
  ["an internal GomcpError", new GomcpError("internal", SECRET, { pointer: SECRET })],
];

for (const [what, thrown] of UNEXPECTED) {
  for (const [way, inner] of ways(thrown)) {
    Deno.test(`faultLayer() hides what is inside when a layer ${way} ${what}, and logs it`, async () => {
      const { errors, handle } = setUp(inner);
      const outcome = await handle();
      assert(outcome.kind === "problem");
      const { code, incident } = outcome.problem;
      assertEquals(code, "internal");
      assertEquals(JSON.stringify(outcome).includes(SECRET), false);
      assert(incident !== undefined && outcome.problem.detail.includes(incident));
      assertEquals(errors.length, 1);
      assertEquals([errors[0]!.incident, errors[0]!.tool], [incident, "t"]);
      assertEquals(typeof errors[0]!.error, "string");
    });
  }
}

for (const [way, inner] of ways(new GomcpError("overloaded", "Full", { retryAfterMs: 5 }))) {
  Deno.test(`faultLayer() passes the problem on when a layer ${way} a GomcpError`, async () => {
    const { errors, handle } = setUp(inner);
    assertEquals(await handle(), {
      kind: "problem",
      problem: { code: "overloaded", detail: "Full", retryAfterMs: 5 },
    });
    assertEquals(errors, []);
  });
}

Deno.test("faultLayer() never sends the cause of a GomcpError", async () => {
  const error = new GomcpError("upstream_failed", "Gone", { cause: new Error(SECRET) });
  const { handle } = setUp(() => Promise.reject(error));
  assertEquals(JSON.stringify(await handle()).includes(SECRET), false);
});

Deno.test("faultLayer() answers without a promise when those within do", () => {
  const done = toolFailure("done");
  assertStrictEquals(setUp(() => done).handle() as Outcome, done);
  const thrown = setUp(() => {
    throw new Error("x");
  });
  assertEquals(thrown.handle() instanceof Promise, false);
});

Deno.test("faultLayer() gives every incident an id of its own", async () => {
  const { handle } = setUp(() => Promise.reject(new Error("x")));
  const [first, second] = [await handle(), await handle()];
  assert(first.kind === "problem" && second.kind === "problem");
  assert(first.problem.incident !== second.problem.incident);
});

Deno.test("faultLayer() survives an error that cannot be described", async () => {
  const hostile = new Error("x");
  const get = () => {
    throw new Error("planted");
  };
  Object.defineProperties(hostile, { message: { get }, stack: { get } });
  const { handle } = setUp(() => Promise.reject(hostile));
  const outcome = await handle();
  assertEquals(outcome.kind === "problem" && outcome.problem.code, "internal");
});

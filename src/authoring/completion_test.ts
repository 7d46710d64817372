/** Proposals: how many are shown, and what is none. */
import { assertEquals } from "@std/assert";
import { SILENT_LOG } from "../base/log.ts";
import { Call } from "../pipeline/call.ts";
import { type Completer, completionTarget } from "./completion.ts";

async function complete(completer: unknown, known: Record<string, string> = {}) {
  const request = { argument: "a", value: "v", known };
  const completers = completer === undefined ? {} : { a: completer as Completer };
  const target = completionTarget("t", { complete: completers }, request, SILENT_LOG);
  const call = new Call({ kind: "completion", tool: "t", args: {}, adapter: "stdio" });
  const outcome = await target.run(call);
  return outcome.kind === "answer" ? JSON.parse(`{${outcome.members}}`).completion : outcome;
}

const COUNTS = [[0, 0, false], [1, 1, false], [99, 99, false], [100, 100, false], [
  101,
  100,
  true,
], [5_000, 100, true]] as const;

for (const [count, shown, hasMore] of COUNTS) {
  Deno.test(`of ${count} proposals ${shown} are shown, and all are counted`, async () => {
    const all = Array.from({ length: count }, (_, i) => `v${i}`);
    const expected = { values: all.slice(0, shown), total: count, hasMore };
    assertEquals(await complete(() => all), expected);
    assertEquals(await complete(async () => await Promise.resolve(all)), expected);
  });
}

Deno.test("a completer gets what was typed and what else is known", async () => {
  const { values } = await complete(
    (value: string, known: unknown) => [value, JSON.stringify(known)],
    { b: "1" },
  );
  assertEquals(values, ["v", '{"b":"1"}']);
});

Deno.test("without a completer nothing is proposed", async () => {
  assertEquals(await complete(undefined), { values: [], total: 0, hasMore: false });
});

for (const nonsense of [undefined, null, "a", 7, {}, [7], ["a", null], [["a"]]]) {
  Deno.test(`a completer that gives ${JSON.stringify(nonsense)} is at fault`, async () => {
    const detail = 'Completion of "t", "a", gave no list of texts';
    const outcome = await complete(() => nonsense);
    assertEquals(outcome, { kind: "problem", problem: { code: "tool_error", detail } });
  });
}

Deno.test("what a completer throws is a problem, whether it waits before or not", async () => {
  const detail = 'Completion of "t" failed: no';
  const throws = () => {
    throw new Error("no");
  };
  for (const completer of [throws, () => Promise.reject(new Error("no"))]) {
    const outcome = await complete(completer);
    assertEquals(outcome, { kind: "problem", problem: { code: "tool_error", detail } });
  }
});

/** Calls of load: as long as each other, different from each other, and of the size that was asked for. */
import { assertEquals } from "@std/assert";
import { payloadText, toolCall, USUAL_TEXT } from "./tool_call.ts";

Deno.test("calls have their number in them, and are as long as each other", () => {
  const call = toolCall("echo", { msg: "$payload" }, USUAL_TEXT);
  assertEquals(call.argumentsJson(7), '{"msg":"hello world, this is a perf probe 1000007"}');
  assertEquals(call.argumentsOf(7), JSON.parse(call.argumentsJson(7)));
  assertEquals(call.argumentsJson(8_999_999).length, call.argumentsJson(0).length);
});

Deno.test("a template may have numbers and the payload anywhere", () => {
  const template = { a: { b: ["item $n", 5] }, c: "$payload", d: "$n$n" };
  const call = toolCall("x", template, 'a "quoted" text');
  const value = { a: { b: ["item 1000003", 5] }, c: 'a "quoted" text', d: "10000031000003" };
  assertEquals(call.argumentsOf(3), value);
  assertEquals(JSON.parse(call.argumentsJson(3)), value);
});

Deno.test("a template with nothing to replace stays as it is", () => {
  assertEquals(toolCall("x", {}, "").argumentsJson(9), "{}");
  assertEquals(toolCall("x", { msg: "always" }, "").argumentsOf(9), { msg: "always" });
});

for (const bytes of [8, 41, 200, 65_536, 1_048_576]) {
  Deno.test(`a payload of ${bytes} bytes has so many`, () => {
    const call = toolCall("echo", { msg: "$payload" }, payloadText(bytes));
    assertEquals((call.argumentsOf(1) as { msg: string }).msg.length, bytes);
  });
}

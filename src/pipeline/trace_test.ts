/** What is taken for a trace, and what is not passed on. */
import { assertEquals } from "@std/assert";
import { readTrace } from "./trace.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const GOOD = `00-${TRACE}-${SPAN}-01`;

Deno.test("readTrace() takes what W3C's Trace Context has, with its state and baggage", () => {
  assertEquals(readTrace({ traceparent: GOOD }), { traceparent: GOOD });
  const whole = { traceparent: GOOD, tracestate: "a=1,b=2", baggage: "user=7" };
  assertEquals(readTrace({ ...whole, other: 1 }), whole);
});

for (
  const traceparent of [
    undefined,
    7,
    "",
    `ff-${TRACE}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `${GOOD}\r\nx: y`,
    `${GOOD}, ${GOOD}`,
  ]
) {
  Deno.test(`readTrace() leaves ${JSON.stringify(traceparent)} alone`, () => {
    assertEquals(readTrace({ traceparent, tracestate: "a=1" }), undefined);
  });
}

Deno.test("readTrace() leaves out what is too long, or no text of one line", () => {
  for (const tracestate of ["a".repeat(513), "a=1\r\nb", "", 1]) {
    assertEquals(readTrace({ traceparent: GOOD, tracestate }), { traceparent: GOOD });
  }
  assertEquals(readTrace({ traceparent: GOOD, baggage: "é" }), { traceparent: GOOD });
});

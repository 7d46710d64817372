/** The order of the layers, asserted by layers that write down when they were asked. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { Call, type Layer } from "../pipeline/call.ts";
import { type Outcome, toolFailure } from "../pipeline/outcome.ts";
import { buildPipeline, LAYER_ORDER, type LayerName } from "./layers.ts";

const DONE: Outcome = toolFailure("done");

/** The order in which the design has them. */
const DESIGN = [
  "trace",
  "fault",
  "audit",
  "admission",
  "rateLimit",
  "validation",
  "quota",
  "task",
] as const;

function traceOf(names: readonly LayerName[]): string[] {
  const trace: string[] = [];
  const tracing = (name: string): Layer => (next) => (call) => {
    trace.push(`${name} down`);
    const outcome = next(call);
    trace.push(`${name} up`);
    return outcome;
  };
  const layers = Object.fromEntries(names.map((name) => [name, tracing(name)]));
  const handle = buildPipeline(layers, () => {
    trace.push("dispatch");
    return DONE;
  });
  assertEquals(handle(new Call({ tool: "t", args: {}, adapter: "library" })) as Outcome, DONE);
  return trace;
}

function expected(names: readonly LayerName[]): string[] {
  const present = DESIGN.filter((name) => names.includes(name));
  const up = present.toReversed().map((name) => `${name} up`);
  return [...present.map((name) => `${name} down`), "dispatch", ...up];
}

Deno.test("LAYER_ORDER is the design's", () => {
  assertEquals(LAYER_ORDER, DESIGN);
});

Deno.test("buildPipeline() asks all layers in the fixed order, and dispatches last", () => {
  assertEquals(traceOf(DESIGN.toReversed()), expected(DESIGN));
});

Deno.test("buildPipeline() keeps the order and leaves out what a server does not have", () => {
  fc.assert(fc.property(fc.shuffledSubarray([...DESIGN]), (names) => {
    assertEquals(traceOf(names), expected(names));
  }));
});

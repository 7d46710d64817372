/** Nesting: who sees a call first, and its outcome last. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { Call, type Handler, type Layer } from "./call.ts";
import { compose } from "./compose.ts";
import { failed, type Outcome, toolFailure } from "./outcome.ts";

const DONE: Outcome = toolFailure("done");

function tracing(name: string, trace: string[]): Layer {
  return (next) => (call) => {
    trace.push(`${name} down`);
    const outcome = next(call);
    trace.push(`${name} up`);
    return outcome;
  };
}

const call = () => new Call({ tool: "t", args: {}, adapter: "library" });

Deno.test("compose() makes the first layer the outermost", () => {
  const trace: string[] = [];
  const innermost: Handler = () => {
    trace.push("tool");
    return DONE;
  };
  const handler = compose([tracing("a", trace), tracing("b", trace)], innermost);
  assertStrictEquals(handler(call()) as Outcome, DONE);
  assertEquals(trace, ["a down", "b down", "tool", "b up", "a up"]);
});

Deno.test("compose() without layers is the handler itself", () => {
  const innermost: Handler = () => DONE;
  assertStrictEquals(compose([], innermost), innermost);
});

Deno.test("compose() nests once, not for every call", () => {
  let built = 0;
  const layer: Layer = (next) => {
    built++;
    return next;
  };
  const handler = compose([layer, layer], () => DONE);
  handler(call());
  handler(call());
  assertEquals(built, 2);
});

Deno.test("compose() lets a layer refuse without asking those within", () => {
  const refusal = failed({ code: "forbidden", detail: "no" });
  let asked = false;
  const handler = compose([() => () => refusal], () => {
    asked = true;
    return DONE;
  });
  assertStrictEquals(handler(call()) as Outcome, refusal);
  assertEquals(asked, false);
});

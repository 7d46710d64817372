/** The engine: what it does with tools that its rules cannot bear. */
import { assert, assertEquals } from "@std/assert";
import { weather } from "./rules/weather.ts";
import { serverOf } from "./testing.ts";
import { validate } from "./validate.ts";

Deno.test("a tool that a rule fails on is told, and the others are looked at", () => {
  const odd = weather({ name: "get_odd" });
  Object.defineProperty(odd, "outputSchema", {
    get: () => {
      throw new RangeError("too much");
    },
  });
  const { findings } = validate([serverOf([odd, weather({ name: "get.tides" })])]);
  const told = findings.filter(({ tool, rule }) => tool === 0 && rule === "GM101");
  assert(told.length > 0);
  assertEquals(told[0]!.message.replace(/GM\d{3}/, "GM"), "GM cannot look at the tool: too much");
  assert(findings.some(({ tool, rule }) => tool === 1 && rule === "GM201"));
});

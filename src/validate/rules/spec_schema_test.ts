/** Schemas of older dialects, and those that go in circles. */
import { assertEquals } from "@std/assert";
import { findingsOf } from "../testing.ts";
import { weather } from "./weather.ts";

/** Pointers of what one rule finds in a tool with that schema. */
function found(rule: string, inputSchema: unknown): string[] {
  return findingsOf({ tools: [weather({ inputSchema })] })
    .filter((each) => each.rule === rule).map(({ pointer }) => pointer);
}

Deno.test("a keyword that objects of JavaScript have is no misspelt one", () => {
  const city = { type: "string", description: "A city.", maxLength: 9, constructor: 1, valueOf: 2 };
  const tool = weather({ inputSchema: { type: "object", properties: { city } } });
  assertEquals(findingsOf({ tools: [tool] }).filter(({ rule }) => rule === "GM406"), []);
});

Deno.test("an older dialect does not switch off what all dialects share", () => {
  for (const $schema of ["http://json-schema.org/draft-04/schema#", "https://a.example/own"]) {
    const properties = { x: { type: "text" }, y: { type: "number", minimum: "zero" } };
    assertEquals(found("GM112", { $schema, type: "object", properties }), [
      "/inputSchema/properties/x/type",
      "/inputSchema/properties/y/minimum",
    ]);
  }
});

Deno.test("schemas that contain each other contain themselves", () => {
  const of = (back: unknown) => ({
    type: "object",
    properties: { t: { $ref: "#/$defs/a" } },
    $defs: {
      a: { type: "object", properties: { b: { $ref: "#/$defs/b" } } },
      b: { type: "object", properties: { a: back } },
    },
  });
  assertEquals(found("GM223", of({ $ref: "#/$defs/a" })), [
    "/inputSchema/$defs/a/properties/b/$ref",
    "/inputSchema/$defs/b/properties/a/$ref",
  ]);
  assertEquals(found("GM223", of({ type: "string" })), []);
});

Deno.test("a schema that no value fits is told, at the keyword that is in the way", () => {
  const at = (city: Record<string, unknown>) => {
    const schema = { type: "object", properties: { city: { description: "A city.", ...city } } };
    return found("GM119", schema).map((pointer) => pointer.split("/").at(-1));
  };
  assertEquals(at({ type: "string", enum: [] }), ["enum"]);
  assertEquals(at({ type: "string", enum: [1, null] }), ["enum"]);
  assertEquals(at({ type: "integer", const: 1.5 }), ["const"]);
  assertEquals(at({ type: "array", minItems: 2, maxItems: 1 }), ["minItems"]);
  assertEquals(at({ type: ["string", "null"], enum: [null] }), []);
  assertEquals(at({ type: "number", enum: [1, "a"] }), []);
  assertEquals(at({ enum: [1], minimum: 5, maximum: 5 }), []);
});

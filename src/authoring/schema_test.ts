/** Which compiler a schema goes to. */
import { assertEquals, assertThrows } from "@std/assert";
import * as z from "zod";
import { GomcpError } from "../base/errors.ts";
import { compileSchema, type SchemaSource } from "./schema.ts";

Deno.test("compileSchema() takes zod and JSON Schema and gives the same of both", () => {
  const sources = [
    z.object({ a: z.number() }),
    { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
  ];
  for (const source of sources) {
    const { json, check } = compileSchema(source, "input");
    assertEquals(json.type, "object");
    assertEquals(check({ a: 1 }), { ok: true, value: { a: 1 } });
    const faulty = check({ a: "x" });
    assertEquals(faulty.ok === false && faulty.pointer, "/a");
  }
});

Deno.test("compileSchema() refuses what is neither, a schema of zod 3 too, naming the side", () => {
  const zod3 = { parse: () => 0, _def: {} };
  for (const source of [zod3, null, [], "object", 7, true, () => 0]) {
    for (const side of ["input", "output"] as const) {
      const compile = () => compileSchema(source as unknown as SchemaSource, side);
      const error = assertThrows(compile, GomcpError, `its ${side} schema is neither`);
      assertEquals(error.code, "invalid_request");
    }
  }
});

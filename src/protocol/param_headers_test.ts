/** Arguments that headers repeat: what schemas may say, and what requests must. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { checkParamHeaders, readParamHeaders } from "./param_headers.ts";

const SCHEMA = {
  type: "object",
  properties: {
    region: { type: "string", "x-mcp-header": "Region" },
    deep: { type: "object", properties: { level: { type: "integer", "x-mcp-header": "Level" } } },
  },
};

function check(args: unknown, headers: Readonly<Record<string, string>>): number | undefined {
  const params = readParamHeaders(SCHEMA);
  return checkParamHeaders(params, args, (name) => headers[name] ?? null)?.code;
}

const REQUESTS: readonly (readonly [unknown, Record<string, string>, number | undefined])[] = [
  [{ region: "eu" }, { "Mcp-Param-Region": "eu" }, undefined],
  [{ region: "eu" }, { "Mcp-Param-Region": " =?base64?ZXU=?= " }, undefined],
  [{ region: "eu" }, { "Mcp-Param-Region": "=?base64?ZXU?=" }, -32020],
  [{ region: "eu" }, { "Mcp-Param-Region": "EU" }, -32020],
  [{ region: "eu" }, {}, -32020],
  [{}, {}, undefined],
  [{ region: null }, {}, undefined],
  [{}, { "Mcp-Param-Region": "eu" }, -32020],
  [{ deep: { level: 7 } }, { "Mcp-Param-Level": "7.0" }, undefined],
  [{ deep: { level: 7 } }, { "Mcp-Param-Level": "8" }, -32020],
  [{ deep: { level: 70 } }, { "Mcp-Param-Level": "7e1" }, undefined],
  [{ deep: { level: -7 } }, { "Mcp-Param-Level": "-7" }, undefined],
  [{ deep: { level: 3 } }, { "Mcp-Param-Level": "0x3" }, -32020],
  [{ deep: { level: 3 } }, { "Mcp-Param-Level": "0b11" }, -32020],
  [{ deep: { level: 3 } }, { "Mcp-Param-Level": "+3" }, -32020],
  [{ deep: { level: 3 } }, { "Mcp-Param-Level": "03" }, undefined],
  [{ deep: { level: 3 } }, { "Mcp-Param-Level": "3 4" }, -32020],
  [{ deep: { level: 0 } }, { "Mcp-Param-Level": "" }, -32020],
];

for (const [args, headers, code] of REQUESTS) {
  const title = `${JSON.stringify(args)} with ${JSON.stringify(headers)}`;
  Deno.test(`checkParamHeaders() ${code === undefined ? "takes" : "refuses"} ${title}`, () => {
    assertEquals(check(args, headers), code);
  });
}

const WRONG: readonly Record<string, unknown>[] = [
  { a: { type: "string", "x-mcp-header": "no name" } },
  { a: { type: "string", "x-mcp-header": 7 } },
  { a: { type: "number", "x-mcp-header": "A" } },
  { a: { type: ["string"], "x-mcp-header": "A" } },
  { a: { type: "string", "x-mcp-header": "A" }, b: { type: "string", "x-mcp-header": "a" } },
];

for (const properties of WRONG) {
  Deno.test(`readParamHeaders() refuses ${JSON.stringify(properties)}`, () => {
    assertThrows(() => readParamHeaders({ type: "object", properties }), GomcpError);
  });
}

const annotated = { type: "string", "x-mcp-header": "A" };
const held = { properties: { a: annotated } };
/** Places that no chain of `properties` leads to (2026-07-28, transports: x-mcp-header). */
const MISPLACED: readonly Record<string, unknown>[] = [
  annotated,
  { properties: { list: { type: "array", items: annotated } } },
  { properties: { list: { type: "array", items: held } } },
  { properties: { list: { prefixItems: [{}, annotated] } } },
  { properties: { a: { anyOf: [annotated, { type: "null" }] } } },
  { anyOf: [held] },
  { oneOf: [{}, held] },
  { allOf: [held] },
  { not: held },
  { if: {}, then: held, else: {} },
  { additionalProperties: annotated },
  { patternProperties: { "^a": annotated } },
  { dependentSchemas: { a: held } },
  { properties: { a: { $ref: "#/$defs/a" } }, $defs: { a: annotated } },
  { properties: { a: { $ref: "#/definitions/a" } }, definitions: { a: annotated } },
];

for (const schema of MISPLACED) {
  Deno.test(`readParamHeaders() refuses an annotation that is misplaced: ${JSON.stringify(schema)}`, () => {
    const text = "stands where no chain of properties leads";
    assertThrows(() => readParamHeaders(schema), GomcpError, text);
  });
}

Deno.test("readParamHeaders() takes no data, and no property of that name, for an annotation", () => {
  const data = { "x-mcp-header": "A" };
  const properties = {
    "x-mcp-header": { type: "string" },
    a: { default: data, const: data, enum: [data], examples: [data] },
    items: { type: "string" },
  };
  assertEquals(readParamHeaders({ type: "object", properties }), []);
});

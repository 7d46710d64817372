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
  { a: { type: "string", "x-mcp-header": "A" }, b: { type: "string", "x-mcp-header": "a" } },
];

for (const properties of WRONG) {
  Deno.test(`readParamHeaders() refuses ${JSON.stringify(properties)}`, () => {
    assertThrows(() => readParamHeaders({ type: "object", properties }), GomcpError);
  });
}

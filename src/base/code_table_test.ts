/** The table of codes: complete, and its numbers where MCP allows them. */
import { assert, assertEquals } from "@std/assert";
import { CODE_TABLE, type ErrorCode } from "./code_table.ts";

const CODES = Object.keys(CODE_TABLE) as ErrorCode[];

/** What JSON-RPC and MCP give a meaning of their own. */
const STANDARD = [-32700, -32600, -32601, -32602, -32603];

/** The design's table: JSON-RPC, HTTP, gRPC, exit status. */
const DESIGN: Readonly<Record<ErrorCode, readonly [number, number, string, number]>> = {
  parse_error: [-32700, 400, "INVALID_ARGUMENT", 1],
  invalid_request: [-32600, 400, "INVALID_ARGUMENT", 1],
  method_not_found: [-32601, 404, "UNIMPLEMENTED", 1],
  capability_required: [-32021, 400, "FAILED_PRECONDITION", 5],
  not_found: [-32602, 404, "NOT_FOUND", 5],
  unknown_tool: [-32602, 404, "NOT_FOUND", 5],
  invalid_arguments: [-32602, 422, "INVALID_ARGUMENT", 5],
  too_large: [-32600, 413, "RESOURCE_EXHAUSTED", 5],
  unauthenticated: [-31401, 401, "UNAUTHENTICATED", 3],
  forbidden: [-31403, 403, "PERMISSION_DENIED", 3],
  rate_limited: [-31429, 429, "RESOURCE_EXHAUSTED", 6],
  quota_exceeded: [-31430, 429, "RESOURCE_EXHAUSTED", 6],
  overloaded: [-31503, 503, "UNAVAILABLE", 6],
  deadline_exceeded: [-31504, 504, "DEADLINE_EXCEEDED", 7],
  cancelled: [-31499, 499, "CANCELLED", 7],
  audit_unavailable: [-31513, 503, "UNAVAILABLE", 6],
  worker_lost: [-31502, 502, "UNAVAILABLE", 7],
  upstream_failed: [-31512, 502, "UNAVAILABLE", 7],
  tool_error: [-32603, 200, "OK", 5],
  internal: [-32603, 500, "INTERNAL", 70],
};

for (const code of Object.keys(DESIGN) as ErrorCode[]) {
  Deno.test(`CODE_TABLE says of ${code} what the design says`, () => {
    const { jsonRpc, http, grpc, exit } = CODE_TABLE[code];
    assertEquals([jsonRpc, http, grpc, exit], [...DESIGN[code]]);
  });
}

Deno.test("CODE_TABLE has no row that the design does not have", () => {
  assertEquals(CODES.toSorted(), Object.keys(DESIGN).toSorted());
});

Deno.test("CODE_TABLE keeps its own JSON-RPC numbers out of the reserved range", () => {
  for (const code of CODES) {
    const { jsonRpc } = CODE_TABLE[code];
    // MCP's own: 2026-07-28 has -32021 for a capability that the client lacks.
    if (STANDARD.includes(jsonRpc) || code === "capability_required") continue;
    assert(jsonRpc > -32000 || jsonRpc < -32768, `${code} has the reserved number ${jsonRpc}`);
  }
});

Deno.test("CODE_TABLE gives each of its own JSON-RPC numbers to one code only", () => {
  const own = CODES.map((code) => CODE_TABLE[code].jsonRpc).filter((n) => !STANDARD.includes(n));
  assertEquals(own.length, new Set(own).size);
});

Deno.test("CODE_TABLE carries exactly the two failures that a model reads as tool results", () => {
  const asResults = CODES.filter((code) => CODE_TABLE[code].asToolResult);
  assertEquals(asResults, ["invalid_arguments", "tool_error"]);
});

Deno.test("CODE_TABLE titles every code differently, without a full stop", () => {
  const titles = CODES.map((code) => CODE_TABLE[code].title);
  assertEquals(new Set(titles).size, titles.length);
  for (const title of titles) assert(/^[A-Z][A-Za-z ]*[a-zN]$/.test(title), title);
});

Deno.test("CODE_TABLE never answers an error with a status of success, but for the tool's own", () => {
  for (const code of CODES) {
    const { http, exit } = CODE_TABLE[code];
    if (code !== "tool_error") assert(http >= 400 && http < 600, `${code}: ${http}`);
    // 2 is for what could not be run, 4 for a server that cannot be reached.
    assert(exit > 0 && exit !== 2 && exit !== 4, `${code}: ${exit}`);
  }
});

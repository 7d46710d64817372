/** The era of per-request metadata: the checks, and the order in which they complain. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { decodeHeaderValue, type MirrorHeaders } from "./header_values.ts";
import type { RpcMessage } from "./jsonrpc.ts";
import {
  CAPABILITIES_KEY,
  claimsModern,
  completeTail,
  headerClaimsModern,
  LOG_LEVEL_KEY,
  MODERN,
  SERVER_INFO_KEY,
  VERSION_KEY,
} from "./modern.ts";

const VERSION = "2026-07-28";
const META = { [VERSION_KEY]: VERSION, [CAPABILITIES_KEY]: {} };

function request(method: string, params: Record<string, unknown> = {}): RpcMessage {
  return { id: 1, method, params: { _meta: META, ...params } };
}

const CALL = request("tools/call", { name: "add" });
const HEADERS: MirrorHeaders = {
  protocolVersion: VERSION,
  mcpMethod: "tools/call",
  mcpName: "add",
};

function base64Form(text: string): string {
  return `=?base64?${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}?=`;
}

Deno.test("claimsModern() looks for the version in the metadata, whatever its value", () => {
  for (const version of [VERSION, "2025-06-18", "", 1, null]) {
    assertEquals(
      claimsModern({ method: "x", params: { _meta: { [VERSION_KEY]: version } } }),
      true,
    );
  }
  const without = [undefined, {}, { _meta: null }, { _meta: "x" }, { _meta: {} }, {
    _meta: { progressToken: 1, [CAPABILITIES_KEY]: {} },
  }];
  for (const params of without) {
    assertEquals(claimsModern({ method: "x", ...(params && { params }) }), false);
  }
});

Deno.test("headerClaimsModern() knows a modern revision, with blanks around it too", () => {
  const values = [VERSION, ` ${VERSION}\t`, "2025-11-25", "", null];
  assertEquals(values.map(headerClaimsModern), [true, true, false, false, false]);
});

Deno.test("MODERN.checkRequest() lets a good request pass, with and without headers", () => {
  assertEquals(MODERN.checkRequest(CALL), undefined);
  assertEquals(MODERN.checkRequest(CALL, HEADERS), undefined);
  const list = { protocolVersion: VERSION, mcpMethod: "tools/list", mcpName: null };
  assertEquals(MODERN.checkRequest(request("tools/list"), list), undefined);
  const discover = { protocolVersion: VERSION, mcpMethod: "server/discover", mcpName: null };
  assertEquals(MODERN.checkRequest(request("server/discover"), discover), undefined);
});

Deno.test("MODERN.checkRequest() names the metadata that is missing", () => {
  const cases: readonly (readonly [unknown, readonly string[]])[] = [
    [undefined, [VERSION_KEY, CAPABILITIES_KEY]],
    [null, [VERSION_KEY, CAPABILITIES_KEY]],
    [{}, [VERSION_KEY, CAPABILITIES_KEY]],
    [{ [VERSION_KEY]: VERSION }, [CAPABILITIES_KEY]],
    [{ [CAPABILITIES_KEY]: {} }, [VERSION_KEY]],
    [{ ...META, [VERSION_KEY]: 20260728 }, [VERSION_KEY]],
    [{ ...META, [CAPABILITIES_KEY]: [] }, [CAPABILITIES_KEY]],
    [{ ...META, [CAPABILITIES_KEY]: null }, [CAPABILITIES_KEY]],
  ];
  for (const [_meta, missing] of cases) {
    const error = MODERN.checkRequest({ id: 1, method: "tools/list", params: { _meta } });
    assertEquals([error?.code, error?.httpStatus], [-32602, 400]);
    assertEquals(error?.data, { missing });
  }
});

Deno.test("MODERN.checkRequest() refuses another revision with -32022 and names those it serves", () => {
  for (const requested of ["2025-11-25", "2099-01-01", "1999-01-01", "", " 2026-07-28"]) {
    const meta = { ...META, [VERSION_KEY]: requested };
    const error = MODERN.checkRequest(request("tools/list", { _meta: meta }));
    assertEquals([error?.code, error?.httpStatus], [-32022, 400]);
    assertEquals(error?.data, { supported: [VERSION], requested });
    assertStringIncludes(error!.message, "2025-11-25");
  }
});

Deno.test("MODERN.checkRequest() answers an unknown or removed method with -32601 and 404", () => {
  const removed = ["initialize", "ping", "logging/setLevel", "resources/subscribe", "tasks/list"];
  for (const method of [...removed, "x", "__proto__"]) {
    const error = MODERN.checkRequest(request(method));
    assertEquals([error?.code, error?.httpStatus], [-32601, 404]);
  }
  assertStringIncludes(MODERN.checkRequest(request("ping"))!.message, "it is not in 2026-07-28");
});

Deno.test("MODERN.checkRequest() refuses an unknown log level, but not a known or absent one", () => {
  for (const level of ["loud", "", null, 3]) {
    const _meta = { ...META, [LOG_LEVEL_KEY]: level };
    const error = MODERN.checkRequest(request("tools/list", { _meta }));
    assertEquals([error?.code, error?.httpStatus], [-32602, 400]);
  }
  const _meta = { ...META, [LOG_LEVEL_KEY]: "debug" };
  assertEquals(MODERN.checkRequest(request("tools/list", { _meta })), undefined);
});

/** Each row has one fault more than the row below; the uppermost fault is what must be told. */
const ORDER:
  readonly (readonly [string, Partial<MirrorHeaders>, Record<string, unknown>, string])[] = [
    [
      "metadata",
      { protocolVersion: "x" },
      { [VERSION_KEY]: "x", [CAPABILITIES_KEY]: undefined },
      '"missing":',
    ],
    [
      "the version header",
      { protocolVersion: null },
      { [VERSION_KEY]: "x" },
      "MCP-Protocol-Version",
    ],
    ["the version", { protocolVersion: "x", mcpMethod: null }, { [VERSION_KEY]: "x" }, "supported"],
    ["Mcp-Method", { mcpMethod: null, mcpName: null }, {}, "Mcp-Method"],
    ["Mcp-Name", { mcpName: null }, {}, "Mcp-Name"],
  ];

for (const [what, headers, meta, told] of ORDER) {
  Deno.test(`MODERN.checkRequest() complains of ${what} before it looks at what comes after`, () => {
    const message = request("tools/call", {
      name: "add",
      _meta: { ...META, [LOG_LEVEL_KEY]: "loud", ...meta },
    });
    const error = MODERN.checkRequest(message, { ...HEADERS, ...headers });
    assertStringIncludes(JSON.stringify(error), told);
  });
}

Deno.test("MODERN.checkRequest() complains of the method's headers before the method", () => {
  const unknown = request("tools/unknown");
  const wrong = MODERN.checkRequest(unknown, { ...HEADERS, mcpMethod: "tools/call" });
  assertEquals([wrong?.code, wrong?.data], [-32020, { header: "Mcp-Method" }]);
  const right = MODERN.checkRequest(unknown, { ...HEADERS, mcpMethod: "tools/unknown" });
  assertEquals(right?.code, -32601);
});

const MISMATCHES: readonly (readonly [Partial<MirrorHeaders>, string])[] = [
  [{ protocolVersion: null }, "MCP-Protocol-Version"],
  [{ protocolVersion: "" }, "MCP-Protocol-Version"],
  [{ protocolVersion: "2025-11-25" }, "MCP-Protocol-Version"],
  [{ mcpMethod: null }, "Mcp-Method"],
  [{ mcpMethod: "" }, "Mcp-Method"],
  [{ mcpMethod: "tools/list" }, "Mcp-Method"],
  [{ mcpMethod: "Tools/Call" }, "Mcp-Method"],
  [{ mcpName: null }, "Mcp-Name"],
  [{ mcpName: "" }, "Mcp-Name"],
  [{ mcpName: "Add" }, "Mcp-Name"],
  [{ mcpName: "add, add" }, "Mcp-Name"],
  [{ mcpName: base64Form("other") }, "Mcp-Name"],
  [{ mcpName: "=?base64?*?=" }, "Mcp-Name"],
  [{ mcpName: "=?base64?/w==?=" }, "Mcp-Name"],
  [{ mcpName: "=?BASE64?YWRk?=" }, "Mcp-Name"],
  [{ mcpName: "=?base64?YWRk" }, "Mcp-Name"],
];

for (const [headers, header] of MISMATCHES) {
  Deno.test(`MODERN.checkRequest() refuses the header ${JSON.stringify(headers)}`, () => {
    const error = MODERN.checkRequest(CALL, { ...HEADERS, ...headers });
    assertEquals([error?.code, error?.httpStatus], [-32020, 400]);
    assertEquals(error?.data, { header });
    assertStringIncludes(error!.message, header);
  });
}

const MATCHES: readonly Partial<MirrorHeaders>[] = [
  { protocolVersion: ` ${VERSION} `, mcpMethod: "\ttools/call ", mcpName: " add" },
  { mcpName: base64Form("add") },
  { mcpName: ` ${base64Form("add")} ` },
  { mcpMethod: base64Form("tools/call") },
];

for (const headers of MATCHES) {
  Deno.test(`MODERN.checkRequest() takes the header ${JSON.stringify(headers)}`, () => {
    assertEquals(MODERN.checkRequest(CALL, { ...HEADERS, ...headers }), undefined);
  });
}

Deno.test("MODERN.checkRequest() takes a name that a header cannot carry, in base64", () => {
  const name = "größer\n";
  const error = MODERN.checkRequest(request("tools/call", { name }), {
    ...HEADERS,
    mcpName: base64Form(name),
  });
  assertEquals(error, undefined);
});

Deno.test("MODERN.checkRequest() leaves a name that is no string to the method", () => {
  for (const name of [undefined, 1, null]) {
    const message = request("tools/call", { name });
    assertEquals(MODERN.checkRequest(message, { ...HEADERS, mcpName: null }), undefined);
  }
});

Deno.test("MODERN.checkRequest() repeats what a client sent in bounded length only", () => {
  const long = "x".repeat(100_000);
  const version = request("tools/list", { _meta: { ...META, [VERSION_KEY]: long } });
  const errors = [
    MODERN.checkRequest(version),
    MODERN.checkRequest(request(long)),
    MODERN.checkRequest(CALL, { ...HEADERS, mcpName: long }),
    MODERN.checkRequest(request("tools/call", { name: long }), HEADERS),
  ];
  for (const error of errors) assertEquals(JSON.stringify(error).length < 1_000, true);
});

Deno.test("decodeHeaderValue() gives back every text that was sent as base64", () => {
  // A byte order mark at the beginning is no text.
  const text = fc.string({ unit: "grapheme" }).filter((text) => !text.startsWith("\ufeff"));
  fc.assert(fc.property(text, (text) => decodeHeaderValue(base64Form(text)) === text));
});

Deno.test("decodeHeaderValue() gives nothing for base64 that is broken, or no text", () => {
  for (const value of ["=?base64?*?=", "=?base64?YWRk=?=", "=?base64?/w==?=", "=?base64?wyg=?="]) {
    assertEquals(decodeHeaderValue(value), undefined);
  }
});

Deno.test("decodeHeaderValue() leaves everything else as it is", () => {
  for (const value of ["add", "", "=?base64?", "?=", "=?utf-8?q?x?=", " =?base64?YWRk?="]) {
    assertEquals(decodeHeaderValue(value), value);
  }
});

Deno.test("completeTail() keeps a result's own metadata, but not a server's name of its own", () => {
  const info = { name: "gomcp", version: "1" };
  const meta = { "a/b": 1, [SERVER_INFO_KEY]: "forged" };
  assertEquals(JSON.parse(`{"content":[]${completeTail(info, meta)}}`), {
    content: [],
    resultType: "complete",
    _meta: { "a/b": 1, [SERVER_INFO_KEY]: info },
  });
});

Deno.test("MODERN.listMembers() has the members of caching that the revision demands", () => {
  const info = { name: "x", version: "1" };
  const { ttlMs, cacheScope, resultType } = JSON.parse(
    `{${MODERN.listMembers('"tools":[]', info)}}`,
  );
  assertEquals([ttlMs, cacheScope, resultType], [60_000, "private", "complete"]);
});

Deno.test("MODERN.answerMembers() lets nobody keep a resource, and says nothing of caching elsewhere", () => {
  const info = { name: "x", version: "1" };
  const of = (kind: "resource" | "prompt") =>
    JSON.parse(`{${MODERN.answerMembers('"a":1', kind, info)}}`);
  assertEquals([of("resource").ttlMs, of("resource").cacheScope], [0, "private"]);
  assertEquals(Object.keys(of("prompt")), ["a", "resultType", "_meta"]);
});

Deno.test("MODERN.problemAnswer() gives the missing capability a status of its own, within a tool too", () => {
  const answer = MODERN.problemAnswer("tool", { code: "capability_required", detail: "x" });
  assertEquals("error" in answer && [answer.error.code, answer.error.httpStatus], [-32021, 400]);
});

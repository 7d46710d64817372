/** /mcp in the modern era: what is refused with which status and error (revision 2026-07-28). */
import { assert, assertEquals } from "@std/assert";
import {
  CAPABILITIES_KEY,
  LEGACY,
  LOG_LEVEL_KEY,
  MODERN,
  modern,
  modernCall,
  modernHeaders,
  VERSION_KEY,
} from "./support/mcp.ts";
import { postMcp, postModern } from "./support/mcp_http.ts";
import { startServer } from "./support/server.ts";

type SentHeaders = Readonly<Record<string, string | undefined>>;

/** Requests that get the same kind of answer. */
interface Group {
  readonly status: number;
  readonly code: number;
  /** The id of the answer; undefined where it must have none. */
  readonly id: number | undefined;
  /** What it is, the body, headers that differ from those that belong to it, the error's data. */
  readonly rows: readonly (readonly [string, unknown, SentHeaders?, unknown?])[];
}

const ECHO = modernCall(7, "echo", { msg: "hi" });
const HEADERS = modernHeaders(ECHO);
const FUTURE = modernCall(7, "echo", { msg: "hi" }, { [VERSION_KEY]: "2099-01-01" });
const PAST = modernCall(7, "echo", { msg: "hi" }, { [VERSION_KEY]: LEGACY[0] });
const LOUD = modernCall(7, "echo", { msg: "hi" }, { [LOG_LEVEL_KEY]: "loud" });
const HUGE_ID = JSON.stringify(ECHO).replace('"id":7', '"id":9007199254740993');

const METADATA: Group = {
  status: 400,
  code: -32602,
  id: 7,
  rows: [
    ["no _meta", withMeta(undefined), {}, missing(VERSION_KEY, CAPABILITIES_KEY)],
    ["_meta of null", withMeta(null), {}, missing(VERSION_KEY, CAPABILITIES_KEY)],
    ["no version", withMeta({ [CAPABILITIES_KEY]: {} }), {}, missing(VERSION_KEY)],
    [
      "a version of 5",
      withMeta({ [VERSION_KEY]: 5, [CAPABILITIES_KEY]: {} }),
      {},
      missing(VERSION_KEY),
    ],
    ["no capabilities", withMeta({ [VERSION_KEY]: MODERN }), {}, missing(CAPABILITIES_KEY)],
    ["an unknown log level", LOUD],
  ],
};

const VERSION: Group = {
  status: 400,
  code: -32022,
  id: 7,
  rows: [
    ["a version that is not served", FUTURE, version("2099-01-01"), unsupported("2099-01-01")],
    ["a legacy version as metadata", PAST, version(LEGACY[0]), unsupported(LEGACY[0])],
  ],
};

const MIRRORS: Group = {
  status: 400,
  code: -32020,
  id: 7,
  rows: [
    ["no version header", ECHO, version(undefined), mismatch("MCP-Protocol-Version")],
    ["another version header", ECHO, version(LEGACY[0]), mismatch("MCP-Protocol-Version")],
    ["no method header", ECHO, method(undefined), mismatch("Mcp-Method")],
    ["another method header", ECHO, method("tools/list"), mismatch("Mcp-Method")],
    ["a method header in other case", ECHO, method("Tools/Call"), mismatch("Mcp-Method")],
    ["no name header", ECHO, name(undefined), mismatch("Mcp-Name")],
    ["another name header", ECHO, name("add"), mismatch("Mcp-Name")],
    ["a name header of bad base64", ECHO, name("=?base64?%%%?="), mismatch("Mcp-Name")],
    ["a name header that is no UTF-8", ECHO, name("=?base64?/w==?="), mismatch("Mcp-Name")],
  ],
};

const METHODS: Group = {
  status: 404,
  code: -32601,
  id: 7,
  rows: [
    "initialize",
    "ping",
    "logging/setLevel",
    "resources/subscribe",
    "resources/unsubscribe",
    "tasks/list",
    "nobody/knows",
    "toString",
    "",
  ].map((each) => [`the method "${each}"`, modern(7, each), method(each)] as const),
};

const NOT_JSON: Group = {
  status: 400,
  code: -32700,
  id: undefined,
  rows: [["bad JSON", "{oops"], ["half a message", JSON.stringify(ECHO).slice(0, 40)], [
    "nothing",
    "",
  ]],
};

const NO_MESSAGE: Group = {
  status: 400,
  code: -32600,
  id: undefined,
  rows: [
    ["a batch", [ECHO]],
    ["an empty batch", []],
    ["a number", "5"],
    ["null", "null"],
    ["an id of null", { ...ECHO, id: null }],
    ["an id of an object", { ...ECHO, id: {} }],
    ["an id of a fraction", { ...ECHO, id: 1.5 }],
    ["an id that no double holds", HUGE_ID],
    ["an id of 300 characters", { ...ECHO, id: "x".repeat(300) }],
  ],
};

const BAD_MESSAGE: Group = {
  ...NO_MESSAGE,
  id: 7,
  rows: [
    ["params of an array", { ...ECHO, params: [] }],
    ["another version of JSON-RPC", { ...ECHO, jsonrpc: "1.0" }],
    ["no method", { ...ECHO, method: undefined }],
    ["a method of 5", { ...ECHO, method: 5 }],
  ],
};

const MEDIA: Group = {
  ...NO_MESSAGE,
  status: 415,
  rows: [["another Content-Type", ECHO, { "content-type": "text/plain" }]],
};

const ACCEPT: Group = {
  ...NO_MESSAGE,
  status: 406,
  rows: [["an Accept that nothing fits", ECHO, { accept: "text/html" }]],
};

const GROUPS = [
  METADATA,
  VERSION,
  MIRRORS,
  METHODS,
  NOT_JSON,
  NO_MESSAGE,
  BAD_MESSAGE,
  MEDIA,
  ACCEPT,
];

Deno.test("modern HTTP gives each kind of bad request its own status and error", async (t) => {
  await using server = await startServer();
  for (const { status, code, id, rows } of GROUPS) {
    for (const [title, body, headers, data] of rows) {
      await t.step(`${status} ${code}: ${title}`, async () => {
        const reply = await postMcp(server, body, { ...HEADERS, ...headers });
        assertEquals([reply.status, reply.json.error.code], [status, code], reply.text);
        assertEquals(reply.json.id, id);
        assertEquals("id" in reply.json, id !== undefined, "no id is better than null");
        if (data !== undefined) assertEquals(reply.json.error.data, data);
        assert(!reply.headers.has("mcp-session-id"));
      });
    }
  }
  await t.step("and lives on", async () => {
    const { status, json } = await postModern(server, ECHO);
    assertEquals([status, json.result?.content[0].text], [200, "hi"]);
  });
});

function withMeta(_meta: unknown) {
  return { ...ECHO, params: { name: "echo", arguments: { msg: "hi" }, _meta } };
}

function version(value: string | undefined): SentHeaders {
  return { "mcp-protocol-version": value };
}

function method(value: string | undefined): SentHeaders {
  return { "mcp-method": value };
}

function name(value: string | undefined): SentHeaders {
  return { "mcp-name": value };
}

function missing(...keys: string[]): unknown {
  return { missing: keys };
}

function unsupported(requested: string): unknown {
  return { supported: [MODERN], requested };
}

function mismatch(header: string): unknown {
  return { header };
}

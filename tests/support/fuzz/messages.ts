/** What property tests feed to the server: valid messages of both eras, mutated ones, any JSON, any bytes. */
import * as fc from "fast-check";
import { CAPABILITIES_KEY, LEGACY, LOG_LEVEL_KEY, MODERN, VERSION_KEY } from "../mcp.ts";

/** Few, so that they meet again while their request is open. */
const IDS = [1, 2, 0, -7, 2 ** 53 - 1, "1", "a", "", "é😀\u2028"] as const;

const id = fc.constantFrom(...IDS);

/** Names that there are (tests/support/fuzz/features.ts), and some that there are not. */
const NAMES = ["add", "wait", "soon", "ask", "fail", "mirror", "greet", "nobody", "__proto__", ""];
const URIS = ["test://a", "test://items/1", "test://items/%E0%A4", "test://none", "", "no uri"];

const args = fc.oneof(
  fc.constant({ a: 1, b: 2 }),
  fc.constant({ name: "x" }),
  fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
);

const call = fc.record({ name: fc.constantFrom(...NAMES), arguments: args });
const uri = fc.record({ uri: fc.constantFrom(...URIS) });
const page = fc.record({ cursor: fc.constantFrom("", "x", "NA==") }, { requiredKeys: [] });
const completion = fc.record({
  ref: fc.constantFrom(
    { type: "ref/prompt", name: "greet" },
    { type: "ref/resource", uri: "test://items/{id}" },
    { type: "ref/none" },
  ),
  argument: fc.record({ name: fc.constantFrom("name", "id", "none"), value: fc.string() }),
});
const filter = fc.record({
  notifications: fc.record({
    toolsListChanged: fc.boolean(),
    resourceSubscriptions: fc.array(fc.constantFrom(...URIS), { maxLength: 2 }),
  }, { requiredKeys: [] }),
});
const handshake = fc.record({
  protocolVersion: fc.constantFrom(...LEGACY, LEGACY[2], MODERN, "1999-01-01", ""),
  capabilities: fc.constantFrom({}, { elicitation: {} }, { elicitation: { url: {} } }),
  clientInfo: fc.constant({ name: "fuzz", version: "1" }),
});

type Params = fc.Arbitrary<Readonly<Record<string, unknown>>>;

const METHODS: readonly (readonly [method: string, params: Params, weight: number])[] = [
  ["tools/call", call, 8],
  ["initialize", handshake, 3],
  ["ping", fc.constant({}), 2],
  ["tools/list", page, 1],
  ["logging/setLevel", fc.record({ level: fc.constantFrom("debug", "error", "loud") }), 1],
  ["server/discover", fc.constant({}), 1],
  ["resources/list", page, 1],
  ["resources/templates/list", page, 1],
  ["resources/read", uri, 2],
  ["resources/subscribe", uri, 1],
  ["resources/unsubscribe", uri, 1],
  ["subscriptions/listen", filter, 3],
  ["prompts/list", page, 1],
  ["prompts/get", call, 2],
  ["completion/complete", completion, 2],
  ["no/such/method", fc.constant({}), 1],
];

const legacyMeta = fc.record({
  progressToken: fc.constantFrom<unknown>(1, "t", null, {}, 1.5),
}, { requiredKeys: [] });

const modernMeta = fc.record({
  [VERSION_KEY]: fc.constantFrom(MODERN, MODERN, MODERN, MODERN, LEGACY[0]),
  [CAPABILITIES_KEY]: fc.constantFrom({}, { elicitation: { form: {} } }),
  [LOG_LEVEL_KEY]: fc.constantFrom("debug", "error", "loud"),
  progressToken: fc.constantFrom<unknown>(1, "t", null, {}),
}, { requiredKeys: [VERSION_KEY, CAPABILITIES_KEY] });

const request = fc.oneof(...METHODS.map(([method, params, weight]) => ({
  weight,
  arbitrary: fc.tuple(params, fc.option(modernMeta), legacyMeta, id).map(
    ([own, modern, legacy, id]) => ({
      jsonrpc: "2.0",
      id,
      method,
      params: { ...own, _meta: modern ?? legacy },
    }),
  ),
})));

const notification = fc.constantFrom("initialized", "roots/list_changed", "none").map((name) => ({
  jsonrpc: "2.0",
  method: `notifications/${name}`,
}));

const cancellation = id.map((requestId) => ({
  jsonrpc: "2.0",
  method: "notifications/cancelled",
  params: { requestId, reason: "fuzz" },
}));

/** Some of them answer what the tool "ask" asks. */
const response = fc.record({
  jsonrpc: fc.constant("2.0"),
  id: fc.constantFrom("gomcp-1", "gomcp-2", 1),
}).chain((head) =>
  fc.constantFrom(
    { ...head, result: { action: "accept", content: { name: "x" } } },
    { ...head, result: null },
    { ...head, error: { code: 1, message: "no" } },
  )
);

/** Valid messages of both eras: requests, notifications, answers. */
export const validMessage: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 12, arbitrary: request },
  { weight: 1, arbitrary: notification },
  { weight: 2, arbitrary: cancellation },
  { weight: 1, arbitrary: response },
);

const META = { [VERSION_KEY]: MODERN, [CAPABILITIES_KEY]: {} };
const CONTENDERS = [
  ["tools/call", { name: "wait" }],
  ["tools/call", { name: "wait", _meta: META }],
  ["tools/call", { name: "soon" }],
  ["tools/call", { name: "ask" }],
  ["subscriptions/listen", { notifications: {}, _meta: META }],
  ["ping", {}],
] as const;

/** Requests that stay open and some that do not, over and over under the same ids; now and then one is cancelled. */
export const contendingText: fc.Arbitrary<string> = fc
  .tuple(fc.nat(CONTENDERS.length), fc.constantFrom(1, 2))
  .map(([which, id]) => {
    const contender = CONTENDERS[which];
    const message = contender === undefined
      ? { method: "notifications/cancelled", params: { requestId: id } }
      : { id, method: contender[0], params: contender[1] };
    return JSON.stringify({ jsonrpc: "2.0", ...message });
  });

/** What the places of a message are filled with. */
const filling = fc.oneof(
  fc.constantFrom<unknown>(null, true, -0, 1.5, 2 ** 53, "", "\ud800", "__proto__", [], {}, [[]]),
  fc.constantFrom<unknown>("2.0", "1.0", "tools/call", "x".repeat(256), "x".repeat(257), MODERN),
  fc.jsonValue({ maxDepth: 2 }),
);

interface Mutation {
  /** Which of the places is meant, counted round. */
  readonly place: number;
  readonly what: "replace" | "delete" | "add" | "wrap";
  readonly key: string;
  readonly value: unknown;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(40),
  what: fc.constantFrom("replace", "delete", "add", "wrap"),
  key: fc.constantFrom("id", "method", "params", "result", "error", "_meta", "__proto__", "x"),
  value: filling,
});

type Place = { readonly holder: Record<string, unknown>; readonly key: string };

function placesOf(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}

function mutate(message: unknown, mutations: readonly Mutation[]): unknown {
  const root: Record<string, unknown> = { it: structuredClone(message) };
  for (const { place, what, key, value: shared } of mutations) {
    const value = structuredClone(shared);
    const places = placesOf(root);
    const { holder, key: at } = places[place % places.length] ?? { holder: root, key: "it" };
    if (what === "delete" && holder !== root) delete holder[at];
    else if (what === "wrap") holder[at] = [holder[at]];
    else if (what === "add") Object.defineProperty(holder, key, { ...OWN, value });
    else holder[at] = value;
  }
  return root.it;
}

/** As JSON.parse does it: "__proto__" is a key like any other. */
const OWN = { enumerable: true, configurable: true, writable: true };

/** A message with one to three faults of its shape; some of them do no harm. */
export const mutatedMessage: fc.Arbitrary<unknown> = fc
  .tuple(validMessage, fc.array(mutation, { minLength: 1, maxLength: 3 }))
  .map(([message, mutations]) => mutate(message, mutations));

const one = fc.oneof(
  { weight: 6, arbitrary: validMessage },
  { weight: 6, arbitrary: mutatedMessage },
  { weight: 1, arbitrary: fc.jsonValue() },
);

const batch = fc.array(one, { maxLength: 6 });

/** JSON of one message or of a batch, as text. */
export const messageText: fc.Arbitrary<string> = fc
  .oneof({ weight: 8, arbitrary: one }, { weight: 1, arbitrary: batch })
  .map((value) => JSON.stringify(value) ?? "null");

/** Texts that JSON.stringify never gives. */
const oddText = fc.oneof(
  fc.constantFrom(
    '{"jsonrpc":"2.0","id":1e999,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"id":"a","method":"ping"}',
    '{"jsonrpc":"2.0","id":-0,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1.0,"method":"ping"}',
    '{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"soon","_meta":{"progressToken":1e999}}}',
    "",
    "\r",
    " ",
    "\u0000",
    "\ufeff{}",
  ),
  fc.integer({ min: 1, max: 10_000 }).map((depth) => "[".repeat(depth) + "]".repeat(depth)),
  fc.integer({ min: 1, max: 5_000 }).map((depth) =>
    '{"jsonrpc":"2.0","id":"deep","method":"tools/call","params":{"name":"mirror","arguments":' +
    '{"x":'.repeat(depth) + "1" + "}".repeat(depth) + "}}"
  ),
  fc.string({ unit: "binary", maxLength: 60 }).map((text) => text.replaceAll("\n", " ")),
);

/** A text whose characters were cut, repeated or exchanged. */
const brokenText = fc.tuple(messageText, fc.nat(), fc.nat(20), fc.string({ maxLength: 3 })).map(
  ([text, at, length, put]) => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + put.replaceAll("\n", "") + text.slice(start + length);
  },
);

/** What may come where a message is expected: mostly one, in the form of one line. */
export const wireText: fc.Arbitrary<string> = fc.oneof(
  { weight: 10, arbitrary: messageText },
  { weight: 1, arbitrary: brokenText },
  { weight: 1, arbitrary: oddText },
);

/** Bytes of no meaning, or of a message in which some were exchanged. */
export const wireBytes: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)),
  fc.tuple(messageText, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })).map(
    ([text, changes]) => {
      const bytes = new TextEncoder().encode(text);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return bytes;
    },
  ),
);

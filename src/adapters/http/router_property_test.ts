/** Whatever a client sends, HTTP lives on, /mcp says nothing but JSON-RPC, and answers each request once. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { FuzzRuntime } from "../../../tests/support/fuzz/features.ts";
import { type Attempt, attempt, headersOf, textOf } from "../../../tests/support/fuzz/http.ts";
import {
  checkMessage,
  handshakeOf,
  type Owed,
  owedFor,
} from "../../../tests/support/fuzz/ledger.ts";
import { contendingText, wireBytes } from "../../../tests/support/fuzz/messages.ts";
import { turn, withoutStrays } from "../../../tests/support/fuzz/strays.ts";
import {
  type Id,
  initialize,
  legacy,
  MCP_HEADERS,
  type Message,
  modernCall,
  modernHeaders,
} from "../../../tests/support/mcp.ts";
import { within } from "../../../tests/support/wait.ts";
import { createGuard } from "./guard.ts";
import { createRouter, type HttpHandler } from "./router.ts";

const BATCHES = "2025-03-26";
/** A run that never ends fails after seconds; a smaller one is not looked for without end. */
const PATIENCE = { interruptAfterTimeLimit: 20_000 };

/** An attempt, what it demands, and what came of it. */
interface Exchange {
  readonly attempt: Attempt;
  readonly owed: Owed;
  readonly isBatch: boolean;
  readonly response: Promise<Response>;
  /** The whole body, once it has ended. */
  readonly body: Promise<string>;
}

class Client {
  readonly served = new FuzzRuntime();
  readonly #router: HttpHandler;
  readonly #exchanges: Exchange[] = [];
  readonly #cancelled = new Set<Id>();
  #session: { readonly id: string; readonly version: string } | undefined;

  constructor() {
    this.#router = createRouter(this.served.runtime, createGuard({ hostname: "127.0.0.1" }));
  }

  /** Sends it and waits a moment: some answers come later. */
  async send(attempt: Attempt): Promise<void> {
    const text = textOf(attempt.body);
    const leave = new AbortController();
    const init = { method: attempt.method, headers: headersOf(attempt, this.#session) };
    const bodiless = attempt.method === "GET" || attempt.method === "HEAD";
    const request = new Request("http://127.0.0.1:8080/mcp", {
      ...init,
      signal: leave.signal,
      body: bodiless ? null : attempt.body,
    });
    const response = Promise.resolve(this.#router(request, { address: "127.0.0.1" }));
    const batches = attempt.as === "session" && this.#session?.version === BATCHES;
    const owed = owedFor(text, batches);
    for (const id of owed.cancelled) this.#cancelled.add(id);
    const body = response.then((response) => response.text());
    this.#exchanges.push({ attempt, owed, isBatch: text.startsWith("["), response, body });
    response.then(({ headers }) => this.#note(headers.get("mcp-session-id"), handshakeOf(text)));
    for (let i = 0; i < 3; i++) await turn();
    if (attempt.leaves) leave.abort();
  }

  #note(id: string | null, version: string | undefined): void {
    if (id !== null && version !== undefined) this.#session = { id, version };
  }

  /** Sends a good request and gives its result. */
  async ask(message: unknown, headers: Record<string, string>): Promise<Message> {
    const init = { method: "POST", headers, body: JSON.stringify(message) };
    const request = new Request("http://127.0.0.1:8080/mcp", init);
    const response = await this.#router(request, { address: "127.0.0.1" });
    assertEquals(response.status, 200);
    const id = response.headers.get("mcp-session-id");
    if (id !== null) this.#session = { id, version: "2025-11-25" };
    return await response.json();
  }

  /** Ends all that is open, and looks at every answer. */
  async finish(): Promise<void> {
    this.served.open();
    await this.#isWell();
    await this.served.finish();
    for (const exchange of this.#exchanges) {
      const body = await within(exchange.body, `the end of ${shown(exchange)}`, 5_000);
      this.#check(exchange, await exchange.response, body);
    }
    assertEquals(this.served.faults, []);
  }

  async #isWell(): Promise<void> {
    assert((await this.ask(initialize("hello"), MCP_HEADERS)).result);
    const session = { ...MCP_HEADERS, "mcp-session-id": this.#session!.id };
    assert((await this.ask(legacy("good", "ping"), session)).result);
    const call = modernCall("good", "add", { a: 1, b: 2 });
    assert((await this.ask(call, modernHeaders(call))).result);
  }

  #check(exchange: Exchange, { status, headers }: Response, body: string): void {
    const { attempt, owed, isBatch } = exchange;
    assert(status < 500 || status === 503, `status ${status}`);
    if (attempt.method === "OPTIONS" && status === 204) return assertEquals(body, "");
    if (status === 403) return assertEquals(JSON.parse(body).code, "forbidden");
    const messages = body === "" ? [] : messagesOf(headers.get("content-type"), body);
    messages.forEach(checkMessage);
    const answers = messages.filter(({ method }) => method === undefined);
    if (attempt.method !== "POST" || status >= 400) return this.#checkRefusal(exchange, answers);
    const wanted = owed.ids.length + owed.anonymous;
    const silent = owed.ids.filter((id) => this.#cancelled.has(id)).length;
    assert(answers.length <= wanted, `${answers.length} answers: ${body}`);
    if (!attempt.leaves) assert(answers.length >= wanted - silent, `too few answers: ${body}`);
    for (const { id } of answers) {
      assert(id === undefined || owed.ids.some((owed) => owed === id), `the id ${id}`);
    }
    if (answers.length === 0) return assert(body === "" ? status === 202 : !isBatch);
  }

  /** A whole request is refused by one error; with its id, where that could be read. */
  #checkRefusal({ attempt, owed }: Exchange, answers: readonly Message[]): void {
    if (attempt.method !== "POST") return assert(answers.length <= 1);
    assertEquals(answers.length, 1);
    assert(answers[0]!.error !== undefined);
    const { id } = answers[0]!;
    const fits = id === undefined ? true : owed.ids.length === 1 && owed.ids[0] === id;
    assert(fits, `the id ${id}`);
  }
}

function messagesOf(type: string | null, body: string): Message[] {
  if (type === "application/json") return [JSON.parse(body)].flat();
  assertEquals(type, "text/event-stream");
  const events = body.split("\n\n");
  assertEquals(events.pop(), "");
  return events.flatMap(eventMessages);
}

/** What one event brings: messages, or only the word that a client can come back to it. */
function eventMessages(event: string): Message[] {
  if (event === ": keep-alive") return [];
  const match = /^(?:id: (\d+-\d+)\n)?(?:event: message|retry: \d+)\ndata: ([^\r\n]*)$/.exec(event);
  assert(match !== null, event);
  const [, id, data = ""] = match;
  if (data !== "") return [JSON.parse(data)].flat();
  assert(id !== undefined, event);
  return [];
}

function shown({ attempt }: Exchange): string {
  return JSON.stringify({ ...attempt, body: textOf(attempt.body) });
}

/** Attempts one after the other, by a client that has a session of this revision, or none. */
async function converse(version: string | undefined, attempts: readonly Attempt[]): Promise<void> {
  const client = new Client();
  const hello = { method: "POST", as: "nobody", odd: {}, leaves: false } as const;
  if (version !== undefined) {
    await client.send({ ...hello, body: JSON.stringify(initialize("hello", version)) });
  }
  for (const attempt of attempts) await client.send(attempt);
  await client.finish();
}

const VERSION = fc.constantFrom(BATCHES, undefined, "2025-11-25");

Deno.test("createRouter() answers any request to /mcp exactly once, and goes on", async () => {
  await fc.assert(
    fc.asyncProperty(
      VERSION,
      fc.array(attempt, { maxLength: 8 }),
      (version, attempts) => withoutStrays(() => converse(version, attempts)),
    ),
    { ...PATIENCE, numRuns: 800 },
  );
});

Deno.test("createRouter() answers every request in a session once, however often its id comes again", async () => {
  const repeated: fc.Arbitrary<Attempt> = contendingText.map((text) => {
    const as = text.includes("_meta") ? "modern" : "session";
    return { method: "POST", body: text, as, odd: {}, leaves: false };
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(repeated, { maxLength: 8 }),
      (attempts) => withoutStrays(() => converse("2025-11-25", attempts)),
    ),
    { ...PATIENCE, numRuns: 400 },
  );
});

const name = fc.constantFrom<unknown>("add", "mirror", "fail", "nobody", 1, null);
const item = fc.record({ id: fc.jsonValue(), tool: name, arguments: fc.jsonValue() }, {
  requiredKeys: [],
});
const restBody = fc.oneof(
  item,
  fc.record({ requests: fc.array(item, { maxLength: 4 }), parallel: fc.jsonValue() }, {
    requiredKeys: ["requests"],
  }),
  fc.jsonValue(),
).map((value) => JSON.stringify(value));

Deno.test("createRouter() answers any body to the REST paths with JSON, and with no fault of its own", async () => {
  const served = new FuzzRuntime();
  const router = createRouter(served.runtime, createGuard({ hostname: "127.0.0.1" }));
  const path = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("call", "batch") },
    { weight: 1, arbitrary: fc.webPath() },
  );
  const send = async (path: string, body: Attempt["body"]) => {
    const request = new Request(`http://127.0.0.1/v1/tools/${path}`, { method: "POST", body });
    const response = await router(request, {});
    assert(response.status < 500);
    assertEquals(typeof JSON.parse(await response.text()), "object");
  };
  await fc.assert(
    fc.asyncProperty(
      path,
      fc.oneof({ weight: 3, arbitrary: restBody }, { weight: 1, arbitrary: wireBytes }),
      (path, body) => withoutStrays(() => send(path, body)),
    ),
    { ...PATIENCE, numRuns: 800 },
  );
  assertEquals(served.faults, []);
  await served.finish();
});

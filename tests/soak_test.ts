/** Clients that come in thousands and go without a word: what they leave behind in memory, which is nothing. */
import { assert, assertEquals } from "@std/assert";
import { initialize, legacy, MCP_HEADERS, modern, modernHeaders } from "./support/mcp.ts";
import { postMcp } from "./support/mcp_http.ts";
import { type ServerProcess, startServer } from "./support/server.ts";
import { until, within } from "./support/wait.ts";

const SESSIONS = 10_000;
const STREAMS = 1_000;
const IDLE_MS = 30 * 60_000;
/** So much more than before counts as back. */
const BACK = 1.1;
/** What they must take while they are there, or the measurement shows nothing. */
const SEEN_BYTES = 500_000;

function startMeasured(): Promise<ServerProcess> {
  return startServer({
    fixtures: ["heap"],
    args: [`--connections-per-address=${2 * STREAMS}`],
    denoFlags: ["--v8-flags=--expose-gc"],
  });
}

/** Bytes that are in use after all garbage was collected. */
async function heapBytes(server: ServerProcess): Promise<number> {
  const { json } = await server.call("heap");
  return Number(json.content[0].text);
}

/** Calls `work` so many times, 16 at once, and gives what came of it. */
async function many<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let begun = 0;
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (begun++ < times) results.push(await work());
  }));
  return results;
}

async function openSession(server: ServerProcess): Promise<string> {
  const { status, headers } = await postMcp(server, initialize(1));
  assertEquals(status, 200);
  return headers.get("mcp-session-id")!;
}

async function statusIn(server: ServerProcess, session: string): Promise<number> {
  const headers = { ...MCP_HEADERS, "mcp-session-id": session };
  return (await postMcp(server, legacy(1, "ping"), headers)).status;
}

Deno.test("10,000 sessions that nobody ends are all that is kept, and are gone when they were idle for too long", async () => {
  await using server = await startMeasured();
  // Until the code that runs is compiled and buffers have their size.
  await many(1_000, async () => {
    const headers = { "mcp-session-id": await openSession(server) };
    assertEquals((await server.request("/mcp", { method: "DELETE", headers })).status, 204);
  });
  const before = await heapBytes(server);
  const [first = ""] = await many(SESSIONS, () => openSession(server));
  assertEquals(await statusIn(server, first), 200);
  const full = await heapBytes(server);
  assert(full > before + SEEN_BYTES, `${full} bytes, ${before} before`);
  const [later = ""] = await many(SESSIONS, () => openSession(server));
  const still = await heapBytes(server);
  assert(still < full * BACK, `${still} bytes, ${full} with the first ${SESSIONS} sessions`);
  assertEquals([await statusIn(server, first), await statusIn(server, later)], [404, 200]);
  await server.call("pass", { ms: IDLE_MS + 1 });
  const last = await openSession(server);
  const after = await heapBytes(server);
  assert(after < before * BACK, `${after} bytes, ${before} before`);
  assertEquals([await statusIn(server, later), await statusIn(server, last)], [404, 200]);
});

const LISTEN = modern(1, "subscriptions/listen", { notifications: { toolsListChanged: true } });

/** Listens until the server has said that it tells; gives what ends it, which takes a moment. */
async function listen(server: ServerProcess): Promise<() => Promise<void>> {
  const controller = new AbortController();
  const { body } = await fetch(`${server.url}/mcp`, {
    method: "POST",
    headers: modernHeaders(LISTEN),
    body: JSON.stringify(LISTEN),
    signal: controller.signal,
  });
  const reader = body!.getReader();
  reader.closed.catch(() => {}); // aborted
  const { value } = await within(reader.read(), "the acknowledgement");
  assert(new TextDecoder().decode(value).includes("notifications/subscriptions/acknowledged"));
  return async () => {
    controller.abort();
    await reader.cancel().catch(() => {}); // the body is let go of now, not some time later
  };
}

Deno.test("1,000 clients that listened and left leave nothing behind", async () => {
  await using server = await startMeasured();
  await many(100, async () => await (await listen(server))());
  const before = await heapBytes(server);
  const leave = await many(STREAMS, () => listen(server));
  const full = await heapBytes(server);
  assert(full > before + SEEN_BYTES, `${full} bytes, ${before} before`);
  await Promise.all(leave.map((end) => end()));
  let after = full;
  await until(async () => {
    after = await heapBytes(server);
    return after < before * BACK;
  }, "the heap is back to what it was").catch((cause) => {
    throw new Error(`${after} bytes, ${before} before`, { cause });
  });
  await (await listen(server))();
});

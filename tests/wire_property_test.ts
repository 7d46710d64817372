/** The real server under messages and bytes of every kind: it lives on, and /mcp and stdio say nothing but JSON-RPC. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { attempt, headersOf, textOf } from "./support/fuzz/http.ts";
import { checkMessage, handshakeOf, Ledger, owedFor } from "./support/fuzz/ledger.ts";
import { messageText, wireBytes, wireText } from "./support/fuzz/messages.ts";
import { legacy, modernCall } from "./support/mcp.ts";
import { postModern } from "./support/mcp_http.ts";
import { RawConnection, rawGet, rawPost } from "./support/raw_http.ts";
import { type ServerProcess, startServer } from "./support/server.ts";
import { startStdio } from "./support/stdio.ts";

const BATCHES = "2025-03-26";
const FAULTS = /internal error|nobody caught/;

async function isWell(server: ServerProcess): Promise<void> {
  const { status, json } = await postModern(server, modernCall(1, "echo", { msg: "well" }));
  assertEquals([status, json.result.content[0].text], [200, "well"]);
}

/** What a client writes that speaks no HTTP, or nearly. */
const request = fc.oneof(
  messageText.map((text) => rawPost("/mcp", text, { accept: "*/*" })),
  fc.constantFrom("/mcp", "/healthz", "/v1/tools", "/%").map((path) => rawGet(path)),
);
const raw = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.array(request, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.nat(2_000),
    ).map(([requests, changes, length]) => {
      const bytes = new TextEncoder().encode(requests.join(""));
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return bytes.subarray(0, length);
    }),
  },
);

/** What arrives has a character for each byte, of which an id may have more than it has characters. */
function textOfBytes(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}

/** Throws unless these are whole answers, perhaps but for the last one, each of JSON or empty. */
function checkAnswers(sent: string): void {
  for (let rest = sent; rest !== "";) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = rest.slice(0, end);
    assert(/^HTTP\/1\.[01] [1-4]\d\d /.test(head), head);
    const length = /^content-length: (\d+)$/im.exec(head)?.[1];
    if (length === undefined) return checkEvents(head, rest.slice(end + 4));
    const body = rest.slice(end + 4, end + 4 + Number(length));
    if (body.length < Number(length)) return;
    if (body !== "") checkJson(head, body);
    rest = rest.slice(end + 4 + Number(length));
  }
}

function checkJson(head: string, body: string): void {
  assert(/^content-type: application\/(problem\+)?json$/im.test(head), head);
  const value = JSON.parse(textOfBytes(body));
  // Other paths than /mcp answer in forms of their own.
  if ("jsonrpc" in value) checkMessage(value);
}

/** The body of a stream is cut at the latest when its client has gone. */
function checkEvents(head: string, body: string): void {
  if (/^HTTP\/1\.1 (100|202|204) /.test(head)) return;
  assert(/^content-type: text\/event-stream$/im.test(head), head + body);
  for (const [, data] of body.matchAll(/^data: (.*)\n\n/gm)) {
    checkMessage(JSON.parse(textOfBytes(data!)));
  }
}

Deno.test("any bytes on a connection get answers of HTTP and JSON or none, and the server lives on", async () => {
  await using server = await startServer();
  await fc.assert(
    fc.asyncProperty(raw, async (bytes) => {
      using connection = await RawConnection.open(server.port);
      await connection.send(bytes).catch(() => {}); // it may have been refused by then
      checkAnswers(await connection.ending());
      await isWell(server);
    }),
    { numRuns: 400 },
  );
  assert(server.isAlive && !FAULTS.test(server.stderr), server.stderr);
});

Deno.test("any message that is posted to /mcp gets the one answer that it is owed, in JSON-RPC", async () => {
  await using server = await startServer();
  const plain = attempt.filter(({ as, odd }) => as !== "session" && Object.keys(odd).length === 0);
  await fc.assert(
    fc.asyncProperty(plain, async (attempt) => {
      const { ids, anonymous } = owedFor(textOf(attempt.body), false);
      const headers = headersOf(attempt, undefined);
      const init = { method: "POST", headers, body: attempt.body };
      const response = await fetch(`${server.url}/mcp`, init);
      if (response.headers.get("content-type") === "text/event-stream") {
        return await response.body!.cancel();
      }
      const text = await response.text();
      const refused = response.status >= 400 ? 1 : 0;
      assertEquals(text === "" ? 0 : 1, Math.max(ids.length + anonymous, refused), text);
      if (text === "") return;
      const answer = JSON.parse(text);
      checkMessage(answer);
      assertEquals(answer.id, refused === 1 && ids.length === 0 ? undefined : ids[0]);
    }),
    { numRuns: 500 },
  );
  await isWell(server);
  assert(!FAULTS.test(server.stderr), server.stderr);
});

Deno.test("stdio answers all that it was sent in many runs, and ends at the end of its input", async () => {
  await using server = await startStdio({ fixtures: ["plain"] });
  const ledger = new Ledger();
  let version: string | undefined;
  let run = 0;
  const lines = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: wireText.map((text) => new TextEncoder().encode(text)) },
      { weight: 1, arbitrary: wireBytes },
    ),
    { maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(lines, async (lines) => {
      for (const line of lines) {
        await server.write(line);
        await server.write("\n");
        for (const text of new TextDecoder("utf-8", { ignoreBOM: true }).decode(line).split("\n")) {
          if (text === "" || text === "\r") continue;
          ledger.owe(owedFor(text, version === BATCHES));
          version = handshakeOf(text) ?? version;
        }
      }
      const id = `run ${run++}`;
      ledger.owe({ ids: [id], anonymous: 0, cancelled: [] });
      assertEquals((await server.request(legacy(id, "ping"))).result, {});
    }),
    // A conversation goes on from run to run: there is no way back to a smaller one.
    { numRuns: 120, endOnFailure: true },
  );
  await server.closeInput();
  assertEquals((await server.exit()).code, 0);
  for (const message of server.messages.items) {
    [message].flat().forEach((one) => ledger.receive(one));
  }
  ledger.settle();
  assert(!FAULTS.test(server.stderr), server.stderr);
});

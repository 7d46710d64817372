/** Answers of HTTP as they come, cut anywhere. */
import { assertEquals, assertThrows } from "@std/assert";
import { fieldOf, type HttpAnswer, HttpReader } from "./http_reader.ts";

const BYTES_MAX = 10_000;

/** Feeds the text in parts of so many bytes, in a buffer that is used again as sockets' are. */
function read(text: string, part: number, ends = false): HttpAnswer | undefined {
  const reader = new HttpReader(BYTES_MAX);
  const bytes = new TextEncoder().encode(text);
  const buffer = new Uint8Array(part);
  for (let at = 0; at < bytes.length; at += part) {
    const piece = bytes.subarray(at, at + part);
    buffer.set(piece);
    const answer = reader.feed(buffer.subarray(0, piece.length)) ?? reader.keep();
    if (answer !== undefined) return answer;
  }
  return ends ? reader.end() : undefined;
}

const ANSWERS:
  readonly (readonly [what: string, text: string, body: string, staysOpen: boolean])[] = [
    ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nhéllo!", "héllo!", true],
    ["no body", "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", "", true],
    ["no content", "HTTP/1.1 204 No Content\r\n\r\n", "", true],
    ["a close", "HTTP/1.1 401 No\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}", "{}", false],
    [
      "chunks",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n",
      "abc0123456789",
      true,
    ],
    [
      "an answer before it",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx",
      "x",
      true,
    ],
    ["an old server", "HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx", "x", false],
  ];

for (const [what, text, body, staysOpen] of ANSWERS) {
  Deno.test(`an answer with ${what} is read, cut anywhere`, () => {
    for (const part of [1, 2, 3, 7, 64, 1_000]) {
      const answer = read(text, part);
      assertEquals([answer?.body, answer?.staysOpen], [body, staysOpen], `parts of ${part}`);
    }
  });
}

Deno.test("a body without a length ends with the connection", () => {
  const text = "HTTP/1.1 200 OK\r\n\r\nall of it";
  assertEquals(read(text, 5), undefined);
  assertEquals(read(text, 5, true)?.body, "all of it");
});

Deno.test("an answer that is cut off is none", () => {
  assertEquals(read("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort", 5, true), undefined);
  assertEquals(read("HTTP/1.1 200 OK\r\n", 5, true), undefined);
});

const REFUSED: readonly (readonly [what: string, text: string])[] = [
  ["no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
  ["too large", `HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n${"x".repeat(BYTES_MAX)}`],
  ["of bad chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"],
];

for (const [what, text] of REFUSED) {
  Deno.test(`what is ${what} is refused`, () => {
    assertThrows(() => read(text, 4_000), Error);
  });
}

Deno.test("a field is found without regard to case, and only whole", () => {
  const head = "HTTP/1.1 200 OK\r\nX-Mcp-Session-Id: no\r\nMCP-Session-Id: yes";
  assertEquals(fieldOf(head, "mcp-session-id"), "yes");
  assertEquals(fieldOf(head, "session-id"), undefined);
});

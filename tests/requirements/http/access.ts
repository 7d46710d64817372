/** Who may ask at all: Origin, Host, methods, media types. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ALL, LEGACY_ONLY, MODERN_ONLY, since } from "../row.ts";
import { RawConnection, rawPost } from "../../support/raw_http.ts";
import type { HttpClient, HttpRow } from "./row.ts";

const FOREIGN = ["https://evil.example", "http://127.0.0.1.evil.example", "null", "file://", "x"];

/** The status of a call whose Host header is this one. */
async function statusForHost(client: HttpClient, host: string): Promise<number> {
  const call = client.call();
  using connection = await RawConnection.open(client.server.port);
  const headers = { ...client.headers(call), host };
  await connection.send(rawPost("/mcp", JSON.stringify(call), headers));
  return (await connection.response()).status;
}

export const access: readonly HttpRow[] = [
  {
    id: "origin-that-is-foreign",
    revisions: ALL,
    section: "basic/transports#security-warning",
    async run(client) {
      for (const origin of FOREIGN) {
        const reply = await client.post(client.call(), { origin });
        assertEquals(reply.status, 403, origin);
        assert(!reply.headers.has("access-control-allow-origin"));
        for (const method of ["GET", "DELETE"]) {
          assertEquals((await client.bare(method, { origin })).status, 403, `${method} ${origin}`);
        }
      }
      // The session, where there is one, has not been ended by a foreign page.
      assertEquals((await client.post()).status, 200);
    },
  },
  {
    id: "origin-that-is-the-servers-own",
    revisions: ALL,
    section: "basic/transports#security-warning",
    async run(client) {
      const { port } = client.server;
      for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
        const origin = `http://${host}:${port}`;
        assertEquals((await client.post(client.call(), { origin })).status, 200, origin);
      }
    },
  },
  {
    id: "host-that-is-foreign",
    revisions: ALL,
    section: "basic/transports#security-warning",
    async run(client) {
      const { port } = client.server;
      const foreign = ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example", "", "x@"];
      for (const host of foreign) {
        const status = await statusForHost(client, host);
        assert(status === 403 || status === 400, `${host}: ${status}`);
      }
      assertEquals(await statusForHost(client, "evil.example"), 403);
    },
  },
  {
    id: "host-that-is-this-machine",
    revisions: ALL,
    section: "basic/transports#security-warning",
    async run(client) {
      for (const host of ["127.0.0.1", "localhost", "LOCALHOST:80", "[::1]:8080"]) {
        assertEquals(await statusForHost(client, host), 200, host);
      }
    },
  },
  {
    id: "content-type",
    revisions: ALL,
    section: "basic/transports#sending-messages-to-the-server",
    async run(client) {
      const wrong = ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""];
      for (const type of wrong) {
        assertEquals(
          (await client.post(client.call(), { "content-type": type })).status,
          415,
          type,
        );
      }
      for (const type of ["application/json; charset=utf-8", "Application/JSON"]) {
        assertEquals(
          (await client.post(client.call(), { "content-type": type })).status,
          200,
          type,
        );
      }
    },
  },
  {
    id: "accept",
    revisions: ALL,
    section: "basic/transports#sending-messages-to-the-server",
    async run(client) {
      const statusOf = async (accept: string) =>
        (await client.post(client.call(), { accept })).status;
      assertEquals([await statusOf("text/html"), await statusOf("image/png")], [406, 406]);
      for (const accept of ["*/*", "application/*", "application/json", "text/event-stream"]) {
        assertEquals(await statusOf(accept), 200, accept);
      }
    },
  },
  {
    id: "one-answer-as-json-or-as-a-stream",
    revisions: ALL,
    section: "basic/transports#sending-messages-to-the-server",
    async run(client) {
      const typeOf = async (accept: string) =>
        (await client.post(client.call(), { accept })).headers.get("content-type");
      assertEquals(await typeOf("application/json"), "application/json");
      assertEquals(await typeOf("text/event-stream"), "text/event-stream");
      assertEquals(await typeOf("application/json, text/event-stream"), "application/json");
    },
  },
  {
    id: "headers-of-a-stream",
    revisions: ALL,
    section: "basic/transports#sending-messages-to-the-server",
    async run(client) {
      const { headers, text } = await client.post(client.call(), { accept: "text/event-stream" });
      assertEquals(headers.get("x-accel-buffering"), "no");
      assertMatch(headers.get("cache-control") ?? "", /no-cache/);
      assertMatch(text, /\n\n$/);
    },
  },
  {
    id: "body-that-is-too-large",
    revisions: ALL,
    section: "basic/transports",
    async run(client) {
      const text = "x".repeat(4 * 1024 * 1024);
      const reply = await client.post(client.call("echo", { msg: text }));
      assertEquals([reply.status, typeof reply.json.error.message], [413, "string"]);
    },
  },
  {
    id: "bytes-that-are-no-utf-8",
    revisions: ALL,
    section: "basic/transports",
    async run(client) {
      const body = new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
      const init = { method: "POST", body, headers: client.headers() };
      const { status, json } = await client.server.request("/mcp", init);
      assertEquals([status, "id" in json], [400, false]);
      assert([-32700, -32600].includes(json.error.code));
    },
  },
  {
    id: "other-methods",
    revisions: since("2025-03-26"),
    section: "basic/transports",
    async run(client) {
      for (const method of ["PUT", "PATCH"]) {
        const reply = await client.bare(method);
        assertEquals([reply.status, reply.headers.has("allow")], [405, true], method);
      }
    },
  },
  {
    id: "get-and-delete-are-gone",
    revisions: MODERN_ONLY,
    section: "basic/transports",
    async run(client) {
      for (const method of ["GET", "DELETE"]) {
        const reply = await client.bare(method, { accept: "text/event-stream" });
        assertEquals([reply.status, reply.headers.get("allow")], [405, "POST"]);
      }
    },
  },
  {
    id: "notifications-and-answers-are-taken",
    revisions: LEGACY_ONLY,
    section: "basic/transports#sending-messages-to-the-server",
    async run(client) {
      const messages = [
        { jsonrpc: "2.0", method: "notifications/nobody/knows" },
        { jsonrpc: "2.0", id: 5, result: {} },
        { jsonrpc: "2.0", id: 5, error: { code: 1, message: "no" } },
      ];
      for (const message of messages) {
        const { status, text } = await client.post(message);
        assertEquals([status, text], [202, ""]);
      }
    },
  },
  {
    id: "notifications-are-taken",
    revisions: MODERN_ONLY,
    section: "basic/transports",
    async run(client) {
      const message = { jsonrpc: "2.0", method: "notifications/nobody/knows" };
      const { status, text } = await client.post(message);
      assertEquals([status, text], [202, ""]);
    },
  },
];

/** The fields of a request, read in one pass: the same that `Headers.get` gives. */
import { assertEquals } from "@std/assert";
import { HeaderFields } from "./header_fields.ts";

const NAMES = {
  host: "host",
  origin: "origin",
  accept: "accept",
  authorization: "authorization",
  apiKey: "x-api-key",
  contentType: "content-type",
  contentLength: "content-length",
  transferEncoding: "transfer-encoding",
  sessionId: "mcp-session-id",
  lastEventId: "last-event-id",
  protocolVersion: "mcp-protocol-version",
  mcpMethod: "mcp-method",
  mcpName: "mcp-name",
  prefer: "prefer",
  traceparent: "traceparent",
  tracestate: "tracestate",
};

function plain(fields: HeaderFields): Record<string, string | null> {
  return { ...fields } as unknown as Record<string, string | null>;
}

function expected(headers: Headers): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(NAMES).map(([field, name]) => [field, headers.get(name)]),
  );
}

for (const [field, name] of Object.entries(NAMES)) {
  Deno.test(`HeaderFields has ${name} as ${field}, in whichever case and however often it came`, () => {
    for (const spelled of [name, name.toUpperCase()]) {
      const headers = new Headers([["x-other", "0"], [spelled, "a"], [spelled, "b, c"]]);
      assertEquals(plain(new HeaderFields(headers)), expected(headers));
      assertEquals(plain(new HeaderFields(headers))[field], "a, b, c");
    }
  });
}

Deno.test("HeaderFields has null for what did not come, and no other names", () => {
  const others = Object.values(NAMES).map((name) => name.replace(/.$/, "~"));
  const headers = new Headers(others.map((name) => [name, "x"]));
  assertEquals(plain(new HeaderFields(headers)), expected(new Headers()));
});

Deno.test("HeaderFields gives what came over a connection", async () => {
  const all = Object.entries(NAMES).filter(([, name]) =>
    !/^(host|content-.*|transfer-.*)$/.test(name)
  );
  const seen = Promise.withResolvers<[HeaderFields, Headers]>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    seen.resolve([new HeaderFields(request.headers), request.headers]);
    return new Response();
  });
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  const lines = all.flatMap(([, name]) => [`${name.toUpperCase()}: 1`, `${name}: 2`]);
  const head = [
    "GET / HTTP/1.1",
    "Host: h",
    "Content-Length: 0",
    "Connection: close",
    ...lines,
    "",
    "",
  ];
  await connection.write(new TextEncoder().encode(head.join("\r\n")));
  const [fields, headers] = await seen.promise;
  assertEquals(plain(fields), expected(headers));
  assertEquals([fields.host, fields.contentLength, fields.apiKey], ["h", "0", "1, 2"]);
  connection.close();
  await server.shutdown();
});

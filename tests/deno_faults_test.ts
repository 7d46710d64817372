/**
 * Faults that versions of Deno had, and that would come with an upgrade. All of 2.9 up to now ends the
 * process (SIGABRT) when a client of HTTP/2 that made a few hundred calls closes its connection; 2.8.3 to
 * 2.9.5 close the connection after a POST of about 500 bytes. 2.8.2 has neither.
 */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { type ClientHttp2Session, connect } from "node:http2";
import { gomcp } from "../src/protocol/gen/gomcp_v1.js";
import { GrpcClient, json, REFUSES_CLIENTS } from "./support/grpc.ts";
import { startGrpc } from "./support/grpc_speaker.ts";
import { RawConnection, rawPost } from "./support/raw_http.ts";
import { startServer } from "./support/server.ts";

const CONNECTIONS = 40;
const CALLS = 256;
const IN_FLIGHT = 64;

/** A message as gRPC frames it: not compressed, and its length. */
function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const { CallToolRequest } = gomcp.v1;
const ECHO = framed(
  CallToolRequest.encode({ tool: "echo", argumentsJson: json({ msg: "hi" }) }).finish(),
);
const ENDLESS = framed(CallToolRequest.encode({ tool: "endless" }).finish());

/** One call by HTTP/2 itself; resolves with its grpc-status when it has ended, however that was. */
function call(session: ClientHttp2Session, body: Buffer): Promise<string | undefined> {
  const stream = session.request({
    ":method": "POST",
    ":path": "/gomcp.v1.ToolService/CallTool",
    "content-type": "application/grpc",
    "te": "trailers",
  });
  return new Promise((resolve) => {
    let status: string | undefined;
    stream.on("response", (headers) => status = headers["grpc-status"] as string | undefined);
    stream.on("trailers", (trailers) => status = trailers["grpc-status"] as string | undefined);
    stream.on("error", () => {});
    stream.on("close", () => resolve(status));
    stream.resume();
    stream.end(body);
  });
}

async function makeCalls(session: ClientHttp2Session): Promise<void> {
  let left = CALLS;
  const lane = async () => {
    while (left-- > 0) assertEquals(await call(session, ECHO), "0");
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

Deno.test(
  `a server lives on after ${CONNECTIONS} connections of ${CALLS} calls, closed and destroyed with streams open`,
  REFUSES_CLIENTS,
  async () => {
    await using server = await startGrpc({ fixtures: ["slow"] });
    for (let count = 0; count < CONNECTIONS; count++) {
      const session = connect(`http://${server.address}`);
      session.on("error", () => {});
      await makeCalls(session);
      const open = Array.from({ length: 8 }, () => call(session, ENDLESS));
      if (count % 2 === 0) session.destroy();
      else {
        session.close();
        session.destroy();
      }
      await Promise.all(open);
      assertEquals(server.isAlive, true, `after ${count + 1} connections: ${server.stderr}`);
    }
    using client = new GrpcClient(server.address);
    assertEquals((await client.callTool("echo", { msg: "alive" })).content[0].text, "alive");
  },
);

for (const bytes of [600, 64 * 1024]) {
  Deno.test(`a connection is used again after a POST of ${bytes} bytes`, async () => {
    await using server = await startServer({});
    using connection = await RawConnection.open(server.port);
    const body = JSON.stringify({ tool: "echo", arguments: { msg: "x".repeat(bytes) } });
    for (let count = 0; count < 5; count++) {
      await connection.send(rawPost("/v1/tools/call", body));
      const { status, headers } = await connection.response();
      assertEquals([status, headers.get("connection")], [200, null]);
    }
  });
}

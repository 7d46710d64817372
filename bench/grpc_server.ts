/** What bench/grpc_bench.ts measures: gomcp, and a bare echo of grpc-js, in one process. */
import { Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import process from "node:process";
import { createRuntime, defineTool, serveGrpc } from "../mod.ts";
import { z } from "zod";

const same = (bytes: Buffer) => bytes;
const UNARY = {
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
};

function startBare(): Promise<number> {
  const server = new Server({ "grpc.enable_channelz": 0 });
  server.addService({
    Echo: { ...UNARY, path: "/bench/Echo" },
    Stream: { ...UNARY, path: "/bench/Stream", requestStream: true, responseStream: true },
    Cpu: { ...UNARY, path: "/bench/Cpu" },
  }, {
    Stream: (call: ServerDuplexStream<Buffer, Buffer>) => {
      call.on("data", (bytes: Buffer) => call.write(bytes));
      call.on("end", () => call.end());
    },
    Echo: (call: { request: Buffer }, callback: (error: null, answer: Buffer) => void) =>
      callback(null, call.request),
    Cpu: (_: unknown, callback: (error: null, answer: Buffer) => void) => {
      const { user, system } = process.cpuUsage();
      callback(null, Buffer.from(String(user + system)));
    },
  });
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    })
  );
}

if (import.meta.main) {
  const echo = defineTool({
    name: "echo",
    description: "Gives the text back.",
    input: z.object({ msg: z.string() }),
    handler: ({ msg }) => msg,
  });
  const server = await serveGrpc(createRuntime({ tools: [echo] }), { port: 0 });
  console.log(JSON.stringify({ gomcp: server.port, bare: await startBare() }));
}

/** A fast MCP server of one tool, for the figures of upstreams: over stdio, or over HTTP with "http". */
// deno-lint-ignore no-explicit-any -- messages of every shape
const answerOf = ({ id, method, params }: Record<string, any>): unknown => {
  const result = (value: unknown) => ({ jsonrpc: "2.0", id, result: value });
  switch (method) {
    case "server/discover":
      return result({
        resultType: "complete",
        supportedVersions: ["2026-07-28"],
        capabilities: { tools: {} },
      });
    case "tools/list":
      return result({ tools: [{ name: "echo", inputSchema: { type: "object" } }] });
    default:
      return result({ content: [{ type: "text", text: String(params?.arguments?.msg) }] });
  }
};

if (Deno.args[0] === "http") {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const message = await request.json();
      if (message.params?.arguments?.ms) {
        await new Promise((done) => setTimeout(done, message.params.arguments.ms));
      }
      return Response.json(answerOf(message));
    },
  );
  console.log(server.addr.port);
} else {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(64 * 1024);
  let rest = "";
  for (let count; (count = await Deno.stdin.read(buffer)) !== null;) {
    const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
    rest = lines.pop()!;
    const bytes = encoder.encode(
      lines.map((line) => JSON.stringify(answerOf(JSON.parse(line))) + "\n").join(""),
    );
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  }
}

/**
 * A server over stdio that does what none should, by the name of the tool that is called. Its lists
 * are what the file of its first argument says, read anew each time.
 */
const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
const encoder = new TextEncoder();
const say = (message: object): void => {
  Deno.stdout.writeSync(encoder.encode(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n"));
};
const listFile = Deno.args[0]!;
/** What it was asked to tell of. */
const subscribed = new Set<string>();
const slow = (variable: string) =>
  new Promise((done) => setTimeout(done, Number(Deno.env.get(variable) ?? 0)));

await slow("SLOW_START_MS");

// deno-lint-ignore no-explicit-any -- messages of every shape
function onMessage({ id, method, params }: Record<string, any>): void {
  const answer = (result: unknown) => say({ id, result });
  const text = (words: string) => answer({ content: [{ type: "text", text: words }] });
  if (method === "server/discover") return say({ id, error: { code: -32601, message: "no" } });
  if (method === "initialize") {
    return answer({
      protocolVersion: "2025-06-18",
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
      serverInfo: { name: "hostile", version: "1" },
    });
  }
  if (method === "tools/list") {
    return answer({ tools: JSON.parse(Deno.readTextFileSync(listFile)) });
  }
  if (method === "resources/list") {
    return answer({ resources: [{ uri: "hostile://one", name: "one" }] });
  }
  if (method === "resources/subscribe") subscribed.add(params.uri);
  if (method === "resources/unsubscribe") subscribed.delete(params.uri);
  if (method === "resources/templates/list") {
    return say({ id, error: { code: -32601, message: "no" } });
  }
  if (method.startsWith("resources/")) return answer({});
  if (method !== "tools/call") return;
  switch (params.name) {
    case "fine":
      return text(JSON.stringify(params.arguments));
    case "hang":
      return;
    case "error":
      return say({ id, error: { code: -32603, message: "I would rather not" } });
    case "touch":
      for (const uri of subscribed) {
        say({ method: "notifications/resources/updated", params: { uri } });
      }
      return text([...subscribed].join());
    case "die":
      return Deno.exit(3);
    case "twice":
      text("first");
      return text("second");
    case "invalid":
      return answer({ structuredContent: { n: "no number" }, content: [] });
    case "nothing":
      return answer({ value: 1 });
    case "blocks":
      return answer({ content: [{ type: "telepathy" }] });
    case "garbage":
      Deno.stdout.writeSync(encoder.encode("this is no JSON\n[]\n{}\n"));
      return text("after garbage");
    case "flood":
      for (;;) {
        say({ method: "notifications/progress", params: { progressToken: -1, progress: 1 } });
      }
    case "change":
      say({ method: "notifications/tools/list_changed" });
      return text("changed");
    case "secret":
      return text(Deno.env.get("TOKEN") ?? "none");
    case "environment":
      return text(Object.keys(Deno.env.toObject()).sort().join(" "));
  }
}

let rest = "";
for await (const piece of lines) {
  const parts = (rest + piece).split("\n");
  rest = parts.pop()!;
  for (const line of parts) onMessage(JSON.parse(line));
}
await slow("SLOW_END_MS");

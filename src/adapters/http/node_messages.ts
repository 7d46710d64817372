/** Requests and responses of node:http as those of the web platform, by which everything else is written. */
import type { IncomingMessage, ServerResponse } from "node:http";

/** So much of a body is taken before somebody reads it. */
const BODY_AHEAD_BYTES = 64 * 1024;

/** Undefined for one that asks for no path, such as CONNECT. */
export function toRequest(
  incoming: IncomingMessage,
  signal: AbortSignal,
): Request | undefined {
  const { method = "GET", url = "", rawHeaders } = incoming;
  const address = `https://localhost${url}`;
  if (!url.startsWith("/") || !URL.canParse(address)) return undefined;
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  }
  const hasBody = headers.has("transfer-encoding") ||
    Number(headers.get("content-length") ?? 0) > 0;
  const isRead = method === "GET" || method === "HEAD";
  const body = hasBody && !isRead ? bodyOf(incoming) : null;
  return new Request(address, { method, headers, body, signal, duplex: "half" } as RequestInit);
}

/** What nobody reads is read and forgotten once the body is cancelled: the answer comes behind it. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isWanted = true;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      incoming.on("data", (bytes: Uint8Array) => {
        if (!isWanted) return;
        controller.enqueue(bytes);
        if (controller.desiredSize! <= 0) incoming.pause();
      });
      const end = (isWhole: boolean) => {
        if (!isWanted) return;
        isWanted = false;
        if (isWhole) controller.close();
        else controller.error(new Error("The client has gone before the end of its request"));
      };
      incoming.once("end", () => end(true));
      incoming.once("close", () => end(incoming.complete));
      incoming.pause();
    },
    pull: () => void incoming.resume(),
    cancel() {
      isWanted = false;
      incoming.resume();
    },
  }, new ByteLengthQueuingStrategy({ highWaterMark: BODY_AHEAD_BYTES }));
}

/** Sends the response; a client that leaves before its end cancels the rest. */
export async function answer(
  response: Response,
  outgoing: ServerResponse,
  isHead: boolean,
): Promise<void> {
  const headers = Object.fromEntries(response.headers);
  if (response.body === null || isHead) {
    await response.body?.cancel();
    outgoing.writeHead(response.status, headers);
    outgoing.end();
    return;
  }
  if (!headers["content-type"]?.startsWith("text/event-stream")) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    outgoing.writeHead(response.status, { ...headers, "content-length": String(bytes.length) });
    outgoing.end(bytes);
    return;
  }
  outgoing.writeHead(response.status, headers);
  outgoing.flushHeaders();
  await send(response.body, outgoing);
}

async function send(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = body.getReader();
  outgoing.once("close", () => void reader.cancel().catch(() => {})); // it has ended already
  while (true) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!outgoing.write(value)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off("drain", done).off("close", done);
      resolve();
    };
    outgoing.on("drain", done).on("close", done);
  });
}

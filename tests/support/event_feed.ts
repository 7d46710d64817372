/** The messages of an HTTP response as they come: one as JSON, or many as server-sent events. */
import type { Feed } from "./feed.ts";
import type { Message } from "./mcp.ts";

/** Reads to the end of the body. Events that carry no data, such as a priming event, are skipped. */
export async function feedMessages(response: Response, feed: Feed<Message>): Promise<void> {
  if (response.headers.get("content-type") === "text/event-stream") {
    return await readEvents(response, (data) => void feed.push(JSON.parse(data)));
  }
  const text = await response.text();
  if (text !== "") feed.push(JSON.parse(text));
}

/** Reads a stream of events to its end; `event` is "message" where the stream does not say. */
export async function readEvents(
  response: Response,
  take: (data: string, event: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (rest + text).split("\n\n");
    rest = events.pop()!;
    for (const event of events) {
      const data = fieldOf(event, "data");
      if (data !== "") take(data, fieldOf(event, "event") || "message");
    }
  }
}

function fieldOf(event: string, name: string): string {
  return event.split("\n").filter((line) => line.startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).replace(/^ /, "")).join("\n");
}

/** The messages of an HTTP response as they come: one as JSON, or many as server-sent events. */
import type { Feed } from "./feed.ts";
import type { Message } from "./mcp.ts";

/** Reads to the end of the body. Events that carry no data, such as a priming event, are skipped. */
export async function feedMessages(response: Response, feed: Feed<Message>): Promise<void> {
  if (response.headers.get("content-type") !== "text/event-stream") {
    const text = await response.text();
    if (text !== "") feed.push(JSON.parse(text));
    return;
  }
  let rest = "";
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (rest + text).split("\n\n");
    rest = events.pop()!;
    for (const event of events) {
      const data = dataOf(event);
      if (data !== "") feed.push(JSON.parse(data));
    }
  }
}

function dataOf(event: string): string {
  return event.split("\n").filter((line) => line.startsWith("data:"))
    .map((line) => line.slice("data:".length).replace(/^ /, "")).join("\n");
}

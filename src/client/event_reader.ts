/** Server-sent events out of a response (HTML, section 9.2), as far as gomcp writes them. */
import { badAnswer } from "./errors.ts";

export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** Characters of one event: more than the largest result that a server gives. */
const EVENT_CHARS_MAX = 64 * 1024 * 1024;

/** The events in their order; a stream that breaks off within one ends without it. */
export async function* readEvents(response: Response): AsyncGenerator<ServerSentEvent> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      const frames = (rest + value).split("\n\n");
      rest = frames.pop()!;
      if (rest.length > EVENT_CHARS_MAX) throw badAnswer("an event is too long", response.status);
      for (const frame of frames) {
        const event = parseFrame(frame);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => {}); // it has ended already, or is aborted
  }
}

/** Comments have neither a name nor data. */
function parseFrame(frame: string): ServerSentEvent | undefined {
  let event = "message";
  let data: string | undefined;
  for (const line of frame.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice(7);
    else if (line.startsWith("data: ")) data = line.slice(6);
  }
  return data === undefined ? undefined : { event, data };
}

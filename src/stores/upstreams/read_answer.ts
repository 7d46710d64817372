/** Bodies of answers, in bounds. */
import { EventParser } from "../../protocol/event_parser.ts";

/** What is known when a stream has ended. */
export interface StreamEnd {
  /** Where it could go on; undefined where the server gave no ids. */
  readonly lastId: string | undefined;
  readonly retryMs: number | undefined;
}

/** The whole text. @throws {RangeError} for more than so many characters. */
export async function readBody(response: Response, charsMax: number): Promise<string> {
  const length = Number(response.headers.get("content-length") ?? Infinity);
  // Known to be small: no need to count.
  if (length <= charsMax) return await response.text();
  let text = "";
  for await (const piece of pieces(response)) {
    text += piece;
    if (text.length > charsMax) throw new RangeError(`more than ${charsMax} characters`);
  }
  return text;
}

/** Gives each event as it comes. @throws {RangeError} for one of more than so many characters. */
export async function readStream(
  response: Response,
  charsMax: number,
  onEvent: (event: string, data: string) => void,
): Promise<StreamEnd> {
  const parser = new EventParser(charsMax);
  for await (const piece of pieces(response)) {
    for (const { event, data } of parser.push(piece)) onEvent(event, data);
  }
  return { lastId: parser.lastId, retryMs: parser.retryMs };
}

/** Leaving the loop early cancels the rest. */
async function* pieces(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

/** JSON from an issuer of tokens: in bounded time and size, and from nowhere but the address said. */
import { LIMITS } from "../../base/limits.ts";

/** There is nothing for us at an address: any status from 400 to 499, as issuers are not of one mind. */
export class NothingThere extends Error {}

/**
 * GETs JSON. Redirects are not followed: they would lead where nobody has looked whether it may be
 * trusted.
 *
 * @throws {NothingThere} for 4xx; {Error} for every other answer but JSON with 200, and for none in
 * time.
 */
export async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    redirect: "manual",
    headers: { accept: "application/json" },
    signal,
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    const { status } = response;
    const Kind = status >= 400 && status < 500 ? NothingThere : Error;
    throw new Kind(`${url} answers ${status}, expected 200`);
  }
  const text = await readBounded(response, url);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${url} answers what is no JSON`);
  }
}

async function readBounded(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: false });
  let text = "";
  let bytes = 0;
  // Leaving the loop early cancels the rest.
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength;
    if (bytes > LIMITS.issuerAnswerBytesMax) {
      throw new Error(`${url} answers more than ${LIMITS.issuerAnswerBytesMax} bytes`);
    }
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

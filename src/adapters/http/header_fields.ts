/**
 * The fields of a request that gomcp looks at, read in one pass. `Headers.get` walks the whole list
 * and makes an array each time; asking it for the eleven fields of a call takes a tenth of the call.
 */
import type { MirrorHeaders } from "../../protocol/header_values.ts";

/** A field that came several times has its values joined, as `Headers.get` gives them; null for none. */
export class HeaderFields implements MirrorHeaders {
  host: string | null = null;
  origin: string | null = null;
  accept: string | null = null;
  authorization: string | null = null;
  apiKey: string | null = null;
  contentType: string | null = null;
  contentLength: string | null = null;
  transferEncoding: string | null = null;
  sessionId: string | null = null;
  lastEventId: string | null = null;
  protocolVersion: string | null = null;
  mcpMethod: string | null = null;
  mcpName: string | null = null;
  prefer: string | null = null;
  traceparent: string | null = null;
  tracestate: string | null = null;

  constructor(headers: Headers) {
    for (const [name, value] of listOf(headers)) this.#take(name, value);
  }

  /** By length first: most names are told apart by it, without a look at their characters. */
  #take(name: string, value: string): void {
    switch (name.length) {
      case 4:
        if (is(name, "host")) this.host = joined(this.host, value);
        return;
      case 6:
        if (is(name, "accept")) this.accept = joined(this.accept, value);
        else if (is(name, "origin")) this.origin = joined(this.origin, value);
        else if (is(name, "prefer")) this.prefer = joined(this.prefer, value);
        return;
      case 8:
        if (is(name, "mcp-name")) this.mcpName = joined(this.mcpName, value);
        return;
      case 9:
        if (is(name, "x-api-key")) this.apiKey = joined(this.apiKey, value);
        return;
      case 10:
        if (is(name, "mcp-method")) this.mcpMethod = joined(this.mcpMethod, value);
        else if (is(name, "tracestate")) this.tracestate = joined(this.tracestate, value);
        return;
      case 11:
        if (is(name, "traceparent")) this.traceparent = joined(this.traceparent, value);
        return;
      case 12:
        if (is(name, "content-type")) this.contentType = joined(this.contentType, value);
        return;
      case 13:
        if (is(name, "authorization")) this.authorization = joined(this.authorization, value);
        else if (is(name, "last-event-id")) this.lastEventId = joined(this.lastEventId, value);
        return;
      case 14:
        if (is(name, "content-length")) this.contentLength = joined(this.contentLength, value);
        else if (is(name, "mcp-session-id")) this.sessionId = joined(this.sessionId, value);
        return;
      case 17:
        if (!is(name, "transfer-encoding")) return;
        this.transferEncoding = joined(this.transferEncoding, value);
        return;
      case 20:
        if (!is(name, "mcp-protocol-version")) return;
        this.protocolVersion = joined(this.protocolVersion, value);
    }
  }
}

function is(name: string, field: string): boolean {
  return name === field || name.toLowerCase() === field;
}

function joined(before: string | null, value: string): string {
  return before === null ? value : `${before}, ${value}`;
}

type Field = readonly [name: string, value: string];

/**
 * The list that Deno keeps in a `Headers`. To iterate over `Headers` itself sorts and joins, which
 * costs more than all else here; where the list is not found as it is known, that is done.
 */
const LIST = findList();

function listOf(headers: Headers): Iterable<Field> {
  return LIST === undefined ? headers : (headers as unknown as Record<symbol, Field[]>)[LIST]!;
}

function findList(): symbol | undefined {
  const headers = new Headers([["b", "1"], ["a", "2"]]);
  return Object.getOwnPropertySymbols(headers).find((symbol) => {
    const list = (headers as unknown as Record<symbol, unknown>)[symbol];
    return JSON.stringify(list) === '[["b","1"],["a","2"]]';
  });
}

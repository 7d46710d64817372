/** A server by its address: REST at its root, or MCP (2026-07-28) where the path is not the root. */
import { describeThrown, GomcpError } from "../../../src/base/errors.ts";
import { isRecord } from "../../../src/base/json.ts";
import { comparableResult, hintsOf, type ReplayedEnd, type ReplayTarget } from "./target.ts";

const PAGES_MAX = 10_000;
const VERSION = "2026-07-28";
const META = {
  "io.modelcontextprotocol/protocolVersion": VERSION,
  "io.modelcontextprotocol/clientInfo": { name: "gomcp-replay", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};
const UNREADABLE = "the answer cannot be read";

type Json = Readonly<Record<string, unknown>>;

/** The server cannot be reached, or does not answer in time. */
export class Unreachable extends Error {}

/** How the server is asked: what it knows us by, and how long an answer may take. */
export interface UrlOptions {
  readonly token: string | undefined;
  readonly timeoutMs: number;
}

/**
 * Its `tools` reject with `Unreachable` where there is no server; a call that gets no answer ends
 * with the code "no_answer".
 *
 * @throws {GomcpError} `invalid_request` for what is no address of HTTP.
 */
export function urlTarget(text: string, { token, timeoutMs }: UrlOptions): ReplayTarget {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const what =
      `Cannot replay to "${text}", expected an address such as http://127.0.0.1:8080/mcp`;
    throw new GomcpError("invalid_request", what);
  }
  const auth: Record<string, string> = token === undefined
    ? {}
    : { authorization: `Bearer ${token}` };
  const load: Load = async (address, init) => {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      // What we are known by must not go to another server.
      const response = await fetch(address, { ...init, redirect: "error", signal });
      return { ok: response.ok, value: await readJson(response) };
    } catch (thrown) {
      if (thrown instanceof GomcpError) throw thrown;
      const what = `Cannot reach ${url.origin}: ${describeThrown(thrown)}`;
      throw new Unreachable(what, { cause: thrown });
    }
  };
  const isRest = url.pathname === "/" || url.pathname === "/v1/tools/call";
  const target = isRest ? restTarget(url.origin, auth, load) : mcpTarget(url.href, auth, load);
  return { ...target, call: (...args) => target.call(...args).catch(noAnswer) };
}

/** Asks the server and reads its answer. */
type Load = (address: string, init: RequestInit) => Promise<{ ok: boolean; value: Json }>;

/** A server that goes away has changed: that is what a replay finds out. */
function noAnswer(thrown: unknown): ReplayedEnd {
  if (thrown instanceof Unreachable) return { code: "no_answer", result: undefined };
  throw thrown;
}

function restTarget(origin: string, auth: Record<string, string>, load: Load): ReplayTarget {
  const headers = { "content-type": "application/json", ...auth };
  return {
    name: origin,
    tools: () =>
      allPages(async (cursor) => {
        const query = cursor === undefined ? "" : `?cursor=${encodeURIComponent(cursor)}`;
        return (await load(`${origin}/v1/tools${query}`, { headers })).value;
      }),
    async call(tool, args) {
      const body = JSON.stringify({ tool, arguments: args });
      const { ok, value } = await load(`${origin}/v1/tools/call`, {
        method: "POST",
        headers,
        body,
      });
      return ok ? resultEnd(value) : { code: String(value.code), result: undefined };
    },
    close: () => Promise.resolve(),
  };
}

function mcpTarget(href: string, auth: Record<string, string>, load: Load): ReplayTarget {
  let id = 0;
  const request = async (method: string, params: Json, more: Record<string, string> = {}) => {
    const { value } = await load(href, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": VERSION,
        "mcp-method": method,
        ...more,
        ...auth,
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: ++id,
        method,
        params: { ...params, _meta: META },
      }),
    });
    return value;
  };
  return {
    name: href,
    tools: () =>
      allPages(async (cursor) => {
        const answer = await request("tools/list", cursor === undefined ? {} : { cursor });
        return isRecord(answer.result) ? answer.result : answer;
      }),
    async call(name, args) {
      const params = { name, arguments: args };
      const { result, error } = await request("tools/call", params, { "mcp-name": name });
      if (isRecord(result)) return resultEnd(result);
      const data = isRecord(error) && isRecord(error.data) ? error.data : {};
      const code = data.code ?? (isRecord(error) ? `error ${error.code}` : UNREADABLE);
      return { code: String(code), result: undefined };
    },
    close: () => Promise.resolve(),
  };
}

/** A refusal that MCP carries as a result has its code beside it. */
function resultEnd(result: Json): ReplayedEnd {
  const meta = isRecord(result._meta) ? result._meta : {};
  const problem = meta["gomcp/problem"];
  if (isRecord(problem)) return { code: String(problem.code), result: undefined };
  if (result.resultType === "input_required") return { code: "input_required", result: undefined };
  const code = result.isError === true ? "tool_error" : "ok";
  return { code, result: comparableResult(result) };
}

async function allPages(load: (cursor: string | undefined) => Promise<Json>) {
  const all: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const { tools, nextCursor } = await load(cursor);
    if (!Array.isArray(tools)) {
      throw new GomcpError("upstream_failed", "Cannot replay: the server gave no list of tools");
    }
    all.push(...tools);
    if (typeof nextCursor !== "string") break;
    cursor = nextCursor;
  }
  return new Map(hintsOf(all));
}

/** JSON, or the last message of an event stream. */
async function readJson(response: Response): Promise<Json> {
  const text = await response.text();
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const lines = isStream ? text.split(/\r?\n/).filter((line) => line.startsWith("data:")) : [];
  try {
    const value = JSON.parse(isStream ? lines.at(-1)!.slice(5) : text);
    if (isRecord(value)) return value;
  } catch {
    // Told below.
  }
  throw new GomcpError(
    "upstream_failed",
    `Cannot replay: ${UNREADABLE} (status ${response.status})`,
  );
}

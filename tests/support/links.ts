/** One way to send single requests over stdio and over HTTP, so that one body can test both. */
import type { CliOptions } from "./cli_process.ts";
import { EVERYTHING } from "./feature_scenarios.ts";
import type { FixtureName } from "./fixtures.ts";
import {
  type Id,
  initialize,
  INITIALIZED,
  legacy,
  type Message,
  MODERN,
  modern,
  VERSION_KEY,
} from "./mcp.ts";
import { eventMessages, HttpSession, postMcp, postModern } from "./mcp_http.ts";
import { type Reply, startServer } from "./server.ts";
import { startStdio } from "./stdio.ts";

type Params = Readonly<Record<string, unknown>>;

/** Sends requests and waits for their answers; every request gets an id of its own. */
export interface Link extends AsyncDisposable {
  /** The status of the last answer; undefined where there is none. */
  readonly status: number | undefined;
  /** A request of 2026-07-28. */
  modern(method: string, params?: Params, meta?: Params): Promise<Message>;
  /** Shakes hands; the answer to `initialize`. */
  hello(version?: string): Promise<Message>;
  /** A request behind the last handshake. */
  legacy(method: string, params?: Params): Promise<Message>;
}

export type LinkName = "stdio" | "HTTP";

const FIXTURES: readonly FixtureName[] = ["features", "many"];
const TOOLS = ["--tools", EVERYTHING];

/** Starts a server, with more flags if need be. */
export function openLink(name: LinkName, flags: readonly string[] = []): Promise<Link> {
  const served = { fixtures: FIXTURES, args: [...TOOLS, ...flags] };
  return name === "stdio" ? stdioLink(served) : httpLink(served);
}

async function stdioLink(served: CliOptions): Promise<Link> {
  const server = await startStdio(served);
  const nextId = ids();
  return {
    status: undefined,
    modern: (method, params = {}, meta = {}) =>
      server.request(modern(nextId(), method, params, meta)),
    async hello(version) {
      const answer = await server.request(initialize(nextId(), version));
      await server.send(INITIALIZED);
      return answer;
    },
    legacy: (method, params = {}) => server.request(legacy(nextId(), method, params)),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function httpLink(served: CliOptions): Promise<Link> {
  const server = await startServer(served);
  const nextId = ids();
  let session: HttpSession | undefined;
  let status: number | undefined;
  const read = async (sent: Promise<Reply>): Promise<Message> => {
    const reply = await sent;
    status = reply.status;
    const isStream = reply.headers.get("content-type") === "text/event-stream";
    return isStream ? eventMessages(reply).at(-1)! : reply.json;
  };
  return {
    get status() {
      return status;
    },
    modern(method, params = {}, meta = {}) {
      const version = String(meta[VERSION_KEY] ?? MODERN);
      const message = modern(nextId(), method, params, meta);
      return read(postModern(server, message, { "mcp-protocol-version": version }));
    },
    async hello(version) {
      const answer = await read(postMcp(server, initialize(nextId(), version)));
      session = await HttpSession.open(server, version);
      return answer;
    },
    legacy: (method, params = {}) => read(session!.post(legacy(nextId(), method, params))),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

function ids(): () => Id {
  let last = 0;
  return () => `request-${++last}`;
}

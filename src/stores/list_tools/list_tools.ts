/** Asks any MCP server for its tools: of revisions with a handshake first, then of those without. */
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import { LEGACY_VERSIONS, MODERN_VERSIONS } from "../../protocol/versions.ts";

/** A way to a server; one request is open at a time. */
export interface Connection extends AsyncDisposable {
  /** Gives the answer's `result`. @throws {RpcRefusal} for one that is an error. */
  request(method: string, params: Params): Promise<Params>;
  notify(method: string): Promise<void>;
}

/** Who asks, as servers are told. */
export interface ClientInfo {
  readonly name: string;
  readonly version: string;
}

export type Params = Readonly<Record<string, unknown>>;

/** The server answered with an error. */
export class RpcRefusal extends Error {}

const META = "io.modelcontextprotocol";
const PAGES_MAX = 10_000;

/**
 * All pages of `tools/list`, as the server gave them.
 *
 * @throws {GomcpError} `upstream_failed` naming the server and what is wrong with its answers.
 */
export async function listTools(
  connection: Connection,
  name: string,
  client: ClientInfo,
): Promise<unknown[]> {
  try {
    return await allPages(connection, await greet(connection, client));
  } catch (cause) {
    if (cause instanceof GomcpError) throw cause;
    const text = `Cannot list the tools of ${name}: ${describeThrown(cause)}`;
    throw new GomcpError("upstream_failed", text, { cause });
  }
}

/** What every request carries from then on. */
async function greet(connection: Connection, client: ClientInfo): Promise<Params> {
  try {
    await connection.request("initialize", {
      protocolVersion: LEGACY_VERSIONS[0],
      capabilities: {},
      clientInfo: client,
    });
    await connection.notify("notifications/initialized");
    return {};
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    const meta = {
      [`${META}/protocolVersion`]: MODERN_VERSIONS[0],
      [`${META}/clientInfo`]: client,
      [`${META}/clientCapabilities`]: {},
    };
    return { _meta: meta };
  }
}

async function allPages(connection: Connection, params: Params): Promise<unknown[]> {
  const tools: unknown[] = [];
  let cursor: unknown;
  for (let page = 0; page < PAGES_MAX; page++) {
    const more = cursor === undefined ? {} : { cursor };
    const result = await connection.request("tools/list", { ...params, ...more });
    if (!Array.isArray(result.tools)) throw new Error("its answer has no list of tools");
    tools.push(...result.tools);
    if (tools.length > LIMITS.toolsMax) {
      throw new Error(`it has more than ${LIMITS.toolsMax} tools`);
    }
    cursor = result.nextCursor;
    if (cursor === undefined || cursor === null) return tools;
  }
  throw new Error(`its list has more than ${PAGES_MAX} pages`);
}

/** The result of one answer. @throws {RpcRefusal} for an error. */
export function resultOf(answer: Params): Params {
  if (isRecord(answer.error)) {
    throw new RpcRefusal(`it answered ${JSON.stringify(answer.error.message ?? answer.error)}`);
  }
  if (!isRecord(answer.result)) throw new Error("its answer is neither a result nor an error");
  return answer.result;
}

/** The tools of a server that is started, or spoken to at its address, for the question. */
import { GomcpError } from "../../src/base/errors.ts";
import { VERSION } from "../../src/runtime/version.ts";
import { startServer } from "../../src/stores/list_tools/command_connection.ts";
import { connectServer } from "../../src/stores/list_tools/http_connection.ts";
import { type Connection, listTools } from "../../src/stores/list_tools/list_tools.ts";
import type { NamedServer } from "./project_config.ts";

export interface ListingOptions {
  readonly timeoutMs: number;
  /** Sent as a bearer token. A secret of one server's: others must not get it. */
  readonly token?: string | undefined;
}

const CLIENT = { name: "gomcp-validate", version: VERSION };

/** @throws {GomcpError} `upstream_failed` naming the server, when it does not give its tools in time. */
export async function listServer(
  name: string,
  server: Partial<NamedServer>,
  options: ListingOptions,
): Promise<readonly unknown[]> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  await using connection = connect(server, options, signal);
  return await listTools(connection, name, CLIENT);
}

function connect(
  { command = [], env = {}, cwd, url, headers = {} }: Partial<NamedServer>,
  { token }: ListingOptions,
  signal: AbortSignal,
): Connection {
  const [program, ...args] = command;
  if (program !== undefined) {
    return startServer({ command: program, args, env, ...(cwd !== undefined && { cwd }) }, signal);
  }
  if (url === undefined || !URL.canParse(url)) {
    throw new GomcpError("invalid_request", `Cannot reach ${url}: it is no address`);
  }
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return connectServer({ url, headers: { ...authorization, ...headers } }, signal);
}

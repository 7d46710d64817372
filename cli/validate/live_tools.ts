/** The tools of servers that are started, or spoken to at their addresses, for the question. */
import { systemClock } from "../../src/base/clock.ts";
import { SILENT_LOG } from "../../src/base/log.ts";
import { type UpstreamConfig, upstreamConfig } from "../../src/config/upstream_config.ts";
import { readTools, type SaidTool } from "../../src/runtime/upstreams.ts";
import { VERSION } from "../../src/runtime/version.ts";

/** An address on the command line; whoever names one means the token for it. */
export function atAddress(url: string, token: string | undefined): UpstreamConfig {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return { ...upstreamConfig({ name: url, url, headers }), prefix: "" };
}

/** A program on the command line, which is given the environment of the command. */
export function ofCommand(line: string, command: string[]): UpstreamConfig {
  return { ...upstreamConfig({ name: line, command, env: Deno.env.toObject() }), prefix: "" };
}

/** @throws {GomcpError} `upstream_failed` naming the server, when it does not give its tools in time. */
export function readLive(
  server: UpstreamConfig,
  timeoutMs: number,
): Promise<readonly SaidTool[]> {
  const info = { name: "gomcp-validate", version: VERSION };
  const settings = { ...server, connectMs: timeoutMs };
  return readTools(settings, { info, clock: systemClock, log: SILENT_LOG });
}

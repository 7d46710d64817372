/** A server's status for people. */
import { formatDuration } from "../../src/base/duration.ts";
import type { ProcessStatus, ServerStatus } from "../../src/runtime/control.ts";

type Hosts = NonNullable<ServerStatus["hosts"]>[number];
type Upstream = NonNullable<ServerStatus["upstreams"]>[number];
type Located = ServerStatus & { readonly socket: string };

/** One server in one line, where there are several. */
export function renderStatusLine(status: Located): string {
  const { pid, mode, url, state, tools, calls, socket } = status;
  const open = `${calls.running} running, ${calls.queued} queued`;
  return `${pid}  ${state}  ${mode}  ${url ?? "-"}  ${tools} tools  ${open}  ${socket}`;
}

/** One server, a fact a line. */
export function renderStatus(status: Located): string {
  const { calls, generations, reload, memory } = status;
  const rows: [string, string][] = [
    ["state", `${status.state}, pid ${status.pid}, up ${roughly(status.uptimeMs)}`],
    ["version", status.version],
    ["serves", `${status.mode}${status.url === undefined ? "" : ` at ${status.url}`}`],
    [
      "has",
      `${status.tools} tools, ${status.resources} resources, ${status.prompts} prompts`,
    ],
    ["calls", `${calls.running} running, ${calls.queued} queued, ${calls.abandoned} abandoned`],
    [
      "so far",
      `${calls.started} started, ${calls.expired} late, ${calls.overloaded} refused for load`,
    ],
    ["generation", generationText(generations)],
    ...reloadRows(reload),
    ["memory", `${mib(memory.rssBytes)} resident, ${mib(memory.heapUsedBytes)} of heap`],
    ...(status.audit === undefined ? [] : auditRows(status.audit)),
    ...(status.hosts ?? []).map(hostRow),
    ...(status.upstreams ?? []).map(upstreamRow),
    ...(status.processes ?? []).map(processRow),
    ["socket", status.socket],
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, text]) => name.padEnd(width) + text).join("\n");
}

function generationText({ current, retiring }: ServerStatus["generations"]): string {
  const old = retiring.map(({ generation, open }) => `${generation} ends ${open} calls`);
  return [String(current), ...old].join(", ");
}

function reloadRows(
  { last, reloads, failed, waiting }: ServerStatus["reload"],
): [string, string][] {
  if (last === undefined) return [];
  const counts = `${reloads} so far, ${failed} failed`;
  const how = last.ok ? "ok" : `failed: ${last.error}`;
  return [
    ["reload", `${last.at} by ${last.reason}, ${how} (${counts})`],
    ...waiting.map((file): [string, string] => ["waiting", `${file}, for a restart`]),
  ];
}

/** And a row for each sink that does not have all that it should. */
function auditRows(
  { records, refused, mode, sinks }: NonNullable<ServerStatus["audit"]>,
): [string, string][] {
  const bad = sinks.filter(({ state, dropped }) => state !== "ok" || dropped > 0);
  return [
    ["audit", `${records} records, ${refused} calls refused, ${mode}`],
    ...bad.map(({ name, state, pending, dropped }): [string, string] => [
      "audit sink",
      `${name} ${state}: ${pending} records wait, ${dropped} dropped`,
    ]),
  ];
}

function hostRow({ module, isReady, failure, hosts, waiting, lost }: Hosts): [string, string] {
  const open = hosts.reduce((sum, { open }) => sum + open, 0);
  const why = failure === undefined ? "" : `: ${failure}`;
  const pids = hosts.map(({ pid }) => pid).join(", ") || "none";
  return [
    "hosts",
    `${module} ${isReady ? "ready" : "failed"}${why}, ${open} calls, ${waiting} wait, ` +
    `${lost} restarts, pids ${pids}`,
  ];
}

function upstreamRow(upstream: Upstream): [string, string] {
  const { name, state, detail, listed, tools, open, waiting, calls, failed, protocol } = upstream;
  const why = detail === undefined ? "" : `: ${detail}`;
  const has = listed ? `${tools} tools` : "left out";
  const spoken = protocol === undefined ? "" : `, ${protocol}`;
  return [
    "upstream",
    `${name} ${state}${why}${spoken}, ${has}, ${open} calls, ${waiting} wait, ${calls} so far, ` +
    `${failed} failed`,
  ];
}

function processRow({ id, pid, state, restarts, status }: ProcessStatus): [string, string] {
  const calls = status === undefined
    ? "does not answer"
    : `${status.calls.running} running, generation ${status.generations.current}`;
  return ["process", `${id} (${pid}) ${state}, ${calls}, ${restarts} restarts`];
}

/** Whole seconds are enough here. */
function roughly(ms: number): string {
  return formatDuration(Math.max(1_000, Math.round(ms / 1_000) * 1_000));
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

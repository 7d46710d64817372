/** The metrics of a server beside its calls: queue, hosts, audit, tenants' state, upstreams, process. */
import type { ServerPart, ServerStatus } from "../../runtime/control.ts";
import type { Sample } from "./exposition.ts";
import type { Family } from "./families.ts";

type Of<T> = (status: ServerStatus) => T;

/** A family of one number, left out where it is undefined. */
function single(
  type: "counter" | "gauge",
  name: string,
  help: string,
  of: Of<number | undefined>,
): Family {
  return {
    name,
    type,
    help,
    labels: [],
    samples({ status }) {
      const value = of(status);
      return value === undefined ? [] : [{ value }];
    },
  };
}

/** A family of one number for each of what a server has several of. */
function each<T>(
  type: "counter" | "gauge",
  name: string,
  help: string,
  label: string,
  rows: Of<readonly T[] | undefined>,
  row: (item: T) => readonly [string, number],
): Family {
  return {
    name,
    type,
    help,
    labels: [label],
    samples: ({ status }: ServerPart) =>
      (rows(status) ?? []).map((item): Sample => {
        const [named, value] = row(item);
        return { value, labels: { [label]: named } };
      }),
  };
}

const sinks: Of<NonNullable<ServerStatus["audit"]>["sinks"] | undefined> = ({ audit }) =>
  audit?.sinks;
const hosts: Of<ServerStatus["hosts"]> = ({ hosts }) => hosts;
const upstreams: Of<ServerStatus["upstreams"]> = ({ upstreams }) => upstreams;

// deno-fmt-ignore: a table, one family a row.
export const SERVER_FAMILIES: readonly Family[] = [
  {
    name: "gomcp_build_info",
    type: "gauge",
    help: "1, with the version as a label.",
    labels: ["version"],
    samples: ({ status }) => [{ value: 1, labels: { version: status.version } }],
  },
  single("gauge", "gomcp_ready", "1 while calls are taken, as /readyz says.",
    ({ state }) => Number(state === "ready")),
  single("gauge", "gomcp_tools", "Tools that are served.", ({ tools }) => tools),
  single("gauge", "gomcp_calls_running", "Calls that hold a worker.", ({ calls }) => calls.running),
  single("gauge", "gomcp_queue_length", "Calls that wait for a worker.", ({ calls }) => calls.queued),
  single("gauge", "gomcp_tools_abandoned", "Tools that still work though their call was given up.",
    ({ calls }) => calls.abandoned),
  single("counter", "gomcp_calls_started_total", "Calls that a tool was started for.",
    ({ calls }) => calls.started),
  single("counter", "gomcp_calls_overloaded_total", "Calls refused because the queue was full or the server stops.",
    ({ calls }) => calls.overloaded),
  single("counter", "gomcp_calls_expired_total", "Calls that passed their deadline.",
    ({ calls }) => calls.expired),
  single("gauge", "gomcp_generation", "The generation that takes calls: how often what is served was replaced, and one.",
    ({ generations }) => generations.current),
  single("counter", "gomcp_reloads_total", "Reloads, those that failed included.", ({ reload }) => reload.reloads),
  single("counter", "gomcp_reloads_failed_total", "Reloads that failed: what was served before is served on.",
    ({ reload }) => reload.failed),
  each("gauge", "gomcp_tool_hosts", "Tool hosts that run, by module.", "module", hosts,
    ({ module, hosts }) => [module, hosts.length]),
  each("gauge", "gomcp_tool_hosts_ready", "0 while a module has failed and its hosts are not started.", "module", hosts,
    ({ module, isReady }) => [module, Number(isReady)]),
  each("gauge", "gomcp_tool_hosts_waiting_calls", "Calls that wait for a host, by module.", "module", hosts,
    ({ module, waiting }) => [module, waiting]),
  each("counter", "gomcp_tool_hosts_started_total", "Tool hosts that were started, by module.", "module", hosts,
    ({ module, started }) => [module, started]),
  each("counter", "gomcp_tool_hosts_lost_total", "Tool hosts that crashed or had to be killed, by module.", "module", hosts,
    ({ module, lost }) => [module, lost]),
  each("gauge", "gomcp_upstream_up", "1 while an upstream is connected, or would be when it is needed.", "upstream", upstreams,
    ({ name, state }) => [name, Number(state === "up" || state === "idle")]),
  each("gauge", "gomcp_upstream_calls_open", "Calls that an upstream has.", "upstream", upstreams,
    ({ name, open }) => [name, open]),
  each("counter", "gomcp_upstream_calls_total", "Calls that an upstream was given.", "upstream", upstreams,
    ({ name, calls }) => [name, calls]),
  each("counter", "gomcp_upstream_calls_failed_total", "Those of them that failed.", "upstream", upstreams,
    ({ name, failed }) => [name, failed]),
  each("counter", "gomcp_upstream_connects_total", "How often an upstream was connected.", "upstream", upstreams,
    ({ name, connects }) => [name, connects]),
  single("counter", "gomcp_audit_records_total", "Records of the audit log.", ({ audit }) => audit?.records),
  single("counter", "gomcp_audit_refused_total", "Calls refused because no sink took their record.",
    ({ audit }) => audit?.refused),
  each("gauge", "gomcp_audit_sink_up", "1 while an audit sink takes records.", "sink", sinks,
    ({ name, state }) => [name, Number(state === "ok")]),
  each("counter", "gomcp_audit_sink_written_total", "Records that an audit sink has taken.", "sink", sinks,
    ({ name, written }) => [name, written]),
  each("gauge", "gomcp_audit_sink_pending", "Records that wait for an audit sink.", "sink", sinks,
    ({ name, pending }) => [name, pending]),
  each("gauge", "gomcp_audit_sink_lag_seconds", "How long the oldest of these has waited.", "sink", sinks,
    ({ name, lagMs }) => [name, lagMs / 1_000]),
  each("counter", "gomcp_audit_sink_dropped_total", "Records that an audit sink will never have.", "sink", sinks,
    ({ name, dropped }) => [name, dropped]),
  each("counter", "gomcp_audit_sink_failures_total", "Writes of an audit sink that failed or took too long.", "sink", sinks,
    ({ name, failures }) => [name, failures]),
  single("gauge", "gomcp_state_ready", "0 while the state store is away, or changes of tenants cannot be seen.",
    ({ tenants }) => tenants && Number(tenants.ready)),
  single("gauge", "gomcp_quota_leases", "Tenants of whose quotas the process has something in hand.",
    ({ tenants }) => tenants?.leases),
  single("gauge", "process_resident_memory_bytes", "Memory of the process; tool hosts have their own.",
    ({ memory }) => memory.rssBytes),
  single("gauge", "gomcp_heap_used_bytes", "Memory in use by its JavaScript objects.", ({ memory }) => memory.heapUsedBytes),
  single("counter", "process_cpu_seconds_total", "Processor time of the process.", ({ cpuSeconds }) => cpuSeconds),
  single("gauge", "process_start_time_seconds", "When it was started, in seconds since 1970.",
    ({ startedAt }) => Date.parse(startedAt) / 1_000),
];

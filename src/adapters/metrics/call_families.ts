/** The metrics of calls: by tool, by tenant, by error code. */
import { type CallCounts, LatencyHistogram, type ServerPart } from "../../runtime/control.ts";
import type { Sample } from "./exposition.ts";
import type { Family } from "./families.ts";

/** Bounds of durations are powers of two of microseconds, where the server's own buckets end: 64 µs to 67 s. */
const FIRST_BOUND = 6;
const LAST_BOUND = 26;

type Rows = (part: ServerPart) => readonly CallCounts[];
const tools: Rows = ({ calls }) => calls.tools;
const tenants: Rows = ({ calls }) => calls.tenants;

export const CALL_FAMILIES: readonly Family[] = [
  {
    name: "gomcp_calls_total",
    type: "counter",
    help: "Calls that have ended, by tool and outcome: ok, failed, or refused before the tool ran.",
    labels: ["tool", "outcome"],
    samples: (part) => outcomes("tool", tools(part)),
  },
  {
    name: "gomcp_tenant_calls_total",
    type: "counter",
    help: "The same by tenant.",
    labels: ["tenant", "outcome"],
    samples: (part) => outcomes("tenant", tenants(part)),
  },
  {
    name: "gomcp_problems_total",
    type: "counter",
    help: "Calls that were refused or failed, by error code.",
    labels: ["code"],
    samples: ({ calls }) =>
      calls.problems.map(({ code, calls }) => ({ value: calls, labels: { code } })),
  },
  {
    name: "gomcp_call_duration_seconds",
    type: "histogram",
    help: "How long calls took, by tool. Of short calls a sample is timed, which counts for all.",
    labels: ["tool", "le"],
    samples: (part) => tools(part).flatMap((row) => durations({ tool: row.name }, row)),
  },
  {
    name: "gomcp_tenant_call_duration_seconds",
    type: "histogram",
    help: "The same by tenant.",
    labels: ["tenant", "le"],
    samples: (part) => tenants(part).flatMap((row) => durations({ tenant: row.name }, row)),
  },
  {
    name: "gomcp_calls_in_flight",
    type: "gauge",
    help: "Calls that are open, by tool.",
    labels: ["tool"],
    samples: (part) =>
      tools(part).map(({ name, inFlight }) => ({ value: inFlight, labels: { tool: name } })),
  },
];

function outcomes(label: string, rows: readonly CallCounts[]): Sample[] {
  return rows.flatMap(({ name, calls, failed, refused }) => {
    const of = (outcome: string, value: number) => ({ value, labels: { [label]: name, outcome } });
    return [of("ok", calls - failed - refused), of("failed", failed), of("refused", refused)];
  });
}

function durations(labels: Record<string, string>, row: CallCounts): Sample[] {
  const histogram = new LatencyHistogram();
  histogram.addBuckets(row.latency, row.latencySumMs);
  const bucket = (le: string, value: number): Sample => ({
    suffix: "_bucket",
    value,
    labels: { ...labels, le },
  });
  const samples: Sample[] = [];
  for (let bound = FIRST_BOUND; bound <= LAST_BOUND; bound++) {
    samples.push(bucket(String(2 ** bound / 1e6), histogram.upTo(bound)));
  }
  samples.push(bucket("+Inf", histogram.total));
  samples.push({ suffix: "_sum", value: histogram.sumMs / 1_000, labels });
  samples.push({ suffix: "_count", value: histogram.total, labels });
  return samples;
}

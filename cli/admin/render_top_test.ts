/** The table of `gomcp top`: its numbers, and that it fits. */
import { assert, assertEquals } from "@std/assert";
import type { CallCounts, ServerStatus } from "../../src/runtime/control.ts";
import { renderTop } from "./render_top.ts";
import { type Sample, topFrame } from "./top_frame.ts";

const status: ServerStatus = {
  pid: 7,
  version: "0",
  mode: "http",
  url: "http://127.0.0.1:1",
  state: "ready",
  startedAt: "2026-01-01T00:00:00.000Z",
  uptimeMs: 61_000,
  tools: 1,
  resources: 0,
  prompts: 0,
  calls: {
    running: 2,
    queued: 3,
    abandoned: 0,
    draining: false,
    started: 9,
    overloaded: 0,
    expired: 1,
  },
  generations: { current: 4, retiring: [] },
  reload: { reloads: 3, failed: 1, last: undefined, waiting: ["/a.ts"] },
  memory: { rssBytes: 100 * 1024 ** 2, heapUsedBytes: 20 * 1024 ** 2 },
  cpuSeconds: 1,
};

function row(name: string, calls: number, more: Partial<CallCounts> = {}): CallCounts {
  const latency = [[9, calls]] as const;
  return { name, calls, refused: 0, failed: 0, inFlight: 0, latency, latencySumMs: 0, ...more };
}

function sample(atMs: number, tools: readonly CallCounts[], tenants = tools): Sample {
  return { status, atMs, calls: { tools, tenants, problems: [] } };
}

Deno.test("topFrame() gives rates of what happened in between, the busiest first", () => {
  const frame = topFrame(
    sample(1_000, [row("a", 100), row("b", 10)]),
    sample(3_000, [row("a", 110), row("b", 60, { failed: 4, inFlight: 2 }), row("new", 2)]),
  );
  const shown = frame.tools.map((
    { name, callsPerSec, failedPerSec, inFlight, total },
  ) => [name, callsPerSec, failedPerSec, inFlight, total]);
  assertEquals(shown, [["b", 25, 2, 2, 60], ["a", 5, 0, 0, 110], ["new", 1, 0, 0, 2]]);
  assertEquals([frame.all.callsPerSec, frame.all.p50, frame.all.total], [31, 0.01, 172]);
});

Deno.test("topFrame() does not go below nothing when a process took its counts with it", () => {
  const { tools, all } = topFrame(sample(0, [row("a", 100)]), sample(1_000, [row("a", 5)]));
  assertEquals([tools[0]!.callsPerSec, tools[0]!.p50, all.callsPerSec], [0, undefined, 0]);
});

Deno.test("renderTop() fits any terminal, and says what it leaves out", () => {
  const many = Array.from({ length: 50 }, (_, i) => row(`tool-${i}-${"x".repeat(60)}`, i));
  const frame = topFrame(sample(0, []), sample(1_000, many, many.slice(0, 5)));
  for (const [columns, rows] of [[80, 24], [40, 10], [20, 5], [200, 60], [1, 1]] as const) {
    const lines = renderTop(frame, { columns, rows });
    assert(lines.length <= rows, `${lines.length} lines in ${rows}`);
    for (const line of lines) assert(line.length <= columns, `"${line}" in ${columns}`);
  }
  const lines = renderTop(frame, { columns: 80, rows: 24 });
  assert(lines.some((line) => /^… and \d+ more$/.test(line)));
  assert(lines.some((line) => line.startsWith("TENANT")));
  assertEquals(
    renderTop(frame, { columns: 100, rows: Infinity }).filter((line) => line.startsWith("tool-"))
      .length,
    55,
  );
});

Deno.test("renderTop() lets no name steer the terminal", () => {
  const evil = row("\x1b[2Jx\u202e\r\n", 1);
  const text = renderTop(topFrame(sample(0, []), sample(1, [evil])), { columns: 80, rows: 24 });
  // deno-lint-ignore no-control-regex -- there must be none
  assert(!/[\x00-\x1f\u202e]/.test(text.join("")));
});

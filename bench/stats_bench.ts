/** What counting calls costs: the layers of a runtime with nothing to do, with and without it. */
import { systemClock } from "../src/base/clock.ts";
import { SILENT_LOG } from "../src/base/log.ts";
import { Call, type Target } from "../src/pipeline/call.ts";
import { faultLayer } from "../src/pipeline/fault.ts";
import { answered } from "../src/pipeline/outcome.ts";
import { CallStats } from "../src/runtime/stats/call_stats.ts";
import { consume } from "./support.ts";

const target = { name: "echo" } as Target;
const outcome = answered("");
const inner = (call: Call) => {
  call.target = target;
  return outcome;
};
const plain = faultLayer(SILENT_LOG)(inner);
const counted = faultLayer(SILENT_LOG, new CallStats(systemClock))(inner);
/** Calls outlive their making, as real ones do; else the compiler leaves them out where it can. */
const recent: Call[] = Array.from({ length: 64 });
let at = 0;
function next(): Call {
  return recent[at++ & 63] = new Call(options);
}
const options = { tool: "echo", args: {}, adapter: "library" } as const;

Deno.bench("a call that nobody counts", { group: "counting", baseline: true }, () => {
  consume(plain(next()));
});

Deno.bench("a call that is counted", { group: "counting" }, () => {
  consume(counted(next()));
});

import { createAuditLog } from "../src/audit/audit_log.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { echoTool } from "../src/tools/builtin/echo.ts";
import { benchRuntime, consume, MESSAGE } from "./support.ts";
const N = 200_000, ROUNDS = 15;
const plain = benchRuntime();
const audited = createRuntime({ tools: [echoTool()], audit: createAuditLog() });
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));
async function run(rt: any) {
  const a = process.cpuUsage();
  for (let i = 0; i < N; i++) { consume(rt.callTool("echo", { msg: MESSAGE })); if (i % 1000 === 0) await turn(); }
  const b = process.cpuUsage(a);
  return (b.user + b.system) / N * 1000;
}
import process from "node:process";
const xs: number[] = [], ys: number[] = [];
for (let r = 0; r < ROUNDS; r++) { xs.push(await run(plain)); ys.push(await run(audited)); }
const med = (l: number[]) => l.slice(3).sort((a, b) => a - b)[(l.length-3) >> 1]!;
console.log("plain", med(xs).toFixed(0), "audited", med(ys).toFixed(0), "diff", (med(ys) - med(xs)).toFixed(0));

/**
 * How long `gomcp validate` takes for 1,000 tools: those of tests/servers, again and again under new
 * names and words. `deno run -A bench/validate_figures.ts [RUNS]`
 */
import { findingsOf } from "../src/validate/testing.ts";
import { SERVERS } from "../tests/servers/servers.ts";

const TOOLS = 1_000;
const runs = Number(Deno.args[0] ?? 5);

const real: Record<string, unknown>[] = [];
for (const { name } of SERVERS) {
  const url = new URL(`../tests/servers/recorded/${name}.json`, import.meta.url);
  real.push(...JSON.parse(await Deno.readTextFile(url)).tools);
}
const tools = Array.from({ length: TOOLS }, (_, at) => {
  const tool = real[at % real.length]!;
  return { ...tool, name: `t${at}_${tool.name}`, description: `${tool.description} (${at})` };
});
const file = await Deno.makeTempFile({ suffix: ".json" });
await Deno.writeTextFile(file, JSON.stringify({ tools }));

const main = new URL("../cli/main.ts", import.meta.url).pathname;
const command: number[] = [];
const rules: number[] = [];
for (let run = 0; run < runs; run++) {
  let start = performance.now();
  await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", main, "validate", file, "--format=sarif"],
  }).output();
  command.push(performance.now() - start);
  start = performance.now();
  findingsOf({ tools });
  rules.push(performance.now() - start);
}
await Deno.remove(file);

const { size } = { size: JSON.stringify(tools).length };
console.log(`${TOOLS} tools, ${(size / 1e6).toFixed(1)} MB of definitions, ms of ${runs} runs`);
console.log(`the whole command: ${sorted(command)}`);
console.log(`the rules alone, in one process: ${sorted(rules)}`);

function sorted(times: number[]): string {
  return times.sort((a, b) => a - b).map((ms) => ms.toFixed(0)).join(" ");
}

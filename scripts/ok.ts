/** The one command before a commit: format, lint, types, docs, import cycles and all tests. */
import { runTests } from "./run_tests.ts";

interface Step {
  readonly name: string;
  /** Arguments of `deno`; none when there is nothing to check. */
  readonly args: readonly string[];
}

/** What runs before the tests, cheapest first. The first failure ends the run. */
export async function steps(): Promise<Step[]> {
  const entries = await existing(["mod.ts", "client.ts"]);
  const cycles = new URL("check_cycles.ts", import.meta.url).href;
  return [
    { name: "fmt", args: ["fmt", "--check"] },
    { name: "lint", args: ["lint"] },
    { name: "check", args: ["check", "."] },
    { name: "docs", args: entries.length > 0 ? ["doc", "--lint", ...entries] : [] },
    { name: "cycles", args: ["run", "-A", cycles] },
  ];
}

async function ok(): Promise<number> {
  for (const step of await steps()) {
    const code = await runStep(step);
    if (code !== 0) return code;
  }
  const started = performance.now();
  // `--doc` runs the examples as well: of JSDoc, of README.md and of docs/.
  const { code, summary } = await runTests(["--doc"]);
  report("tests", code, started);
  console.log(summary);
  return code;
}

/** Runs one step and tells how it went; what it printed is shown only when it failed. */
async function runStep({ name, args }: Step): Promise<number> {
  if (args.length === 0) {
    console.log(`${name.padEnd(8)} skipped: nothing to check yet`);
    return 0;
  }
  const started = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args] })
    .output();
  report(name, code, started);
  if (code !== 0) {
    await writeAll(stdout);
    await writeAll(stderr);
    console.error(`\n${name} failed: deno ${args.join(" ")}`);
  }
  return code;
}

function report(name: string, code: number, started: number): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${name.padEnd(8)} ${code === 0 ? "ok" : "FAILED"} (${seconds} s)`);
}

async function writeAll(output: Uint8Array): Promise<void> {
  for (let at = 0; at < output.length;) at += await Deno.stderr.write(output.subarray(at));
}

async function existing(files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    files.map((file) => Deno.stat(file).then(() => [file], () => [])),
  );
  return found.flat();
}

if (import.meta.main) Deno.exit(await ok());

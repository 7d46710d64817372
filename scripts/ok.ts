/** The one command before a commit: format, docs, import cycles, our own tools, lint, types and all tests. */
import { runTests } from "./run_tests.ts";

interface Step {
  readonly name: string;
  /** Arguments of `deno`; none when there is nothing to check. */
  readonly args: readonly string[];
}

/** What runs before the tests, cheapest first. The first failure ends the run. */
export async function steps(): Promise<Step[]> {
  const entries = await existing(["mod.ts", "client.ts", "client_grpc.ts"]);
  const cycles = new URL("check_cycles.ts", import.meta.url).href;
  const own = await existing(["cli/main.ts", "examples/tools"]);
  const validate = ["validate", "--builtin", "examples/tools", "--fail-on=warning"];
  const ownTools = own.length < 2 ? [] : ["run", "-A", "cli/main.ts", ...validate];
  return [
    { name: "fmt", args: ["fmt", "--check"] },
    { name: "docs", args: entries.length > 0 ? ["doc", "--lint", ...entries] : [] },
    { name: "cycles", args: ["run", "-A", cycles] },
    { name: "tools", args: ownTools },
    { name: "lint", args: ["lint"] },
    { name: "check", args: ["check", "--doc", ".", ...await markdown([".", "docs"])] },
  ];
}

async function ok(): Promise<number> {
  for (const step of await steps()) {
    const code = await runStep(step);
    if (code !== 0) return code;
  }
  const started = performance.now();
  // `--doc` runs the examples as well: of JSDoc, of README.md and of docs/. All is checked by now.
  const { code, summary } = await runTests(["--doc", "--no-check"]);
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

/** Texts whose examples are checked as those of JSDoc are; a folder stands for its modules alone. */
async function markdown(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all((await existing(folders)).map(async (folder) => {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ name }) => name.endsWith(".md")).map(({ name }) =>
      `${folder}/${name}`
    );
  }));
  return found.flat().sort();
}

async function existing(files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    files.map((file) => Deno.stat(file).then(() => [file], () => [])),
  );
  return found.flat();
}

if (import.meta.main) Deno.exit(await ok());

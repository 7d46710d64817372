/**
 * Runs the tests again and again, each time in another order, and says which ones are not to be
 * relied on: `deno task test:repeat -n 10 [FILE|FOLDER …]`. Exit status 1 when one has failed.
 */
import { parseArgs } from "@std/cli/parse-args";
import { buildProgram, PROGRAM_VARIABLE } from "./testing/build_program.ts";
import { type CaseResult, readCases } from "./testing/junit.ts";

/** As many tests are told as slow. */
const SLOWEST = 10;

interface Run {
  readonly seed: number;
  /** The status of `deno test`. */
  readonly code: number;
  readonly cases: readonly CaseResult[];
}

/** One run of all, in the order of the seed. */
async function runOnce(seed: number, paths: readonly string[], folder: string): Promise<Run> {
  const junit = `${folder}/junit.xml`;
  await Deno.remove(junit).catch(() => {});
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "-A", "--no-check", "--parallel", `--shuffle=${seed}`, `--junit-path=${junit}`],
      ...paths,
    ],
    env: { [PROGRAM_VARIABLE]: `${folder}/program` },
    stdout: "null",
    stderr: "null",
  }).output();
  return { seed, code, cases: readCases(await Deno.readTextFile(junit).catch(() => "")) };
}

/** Where a file belongs: "tests", or the folder below "src". */
export function folderOf(file: string): string {
  const [first, second] = file.replace(/^\.\//, "").split("/");
  return first === "src" && second !== undefined ? `src/${second}` : first!;
}

/** The table: each folder with its tests, and how many of their runs failed. */
export function tableOf(runs: readonly Run[]): string {
  const folders = Map.groupBy(runs.flatMap(({ cases }) => cases), ({ file }) => folderOf(file));
  const rows = [...folders].sort(([a], [b]) => a < b ? -1 : 1).map(([folder, cases]) => {
    const tests = new Set(cases.map(({ file, name }) => `${file} ${name}`)).size;
    const failures = cases.filter(({ failed }) => failed).length;
    const slowest = Math.max(...cases.map(({ seconds }) => seconds));
    return [folder, String(tests), String(cases.length), String(failures), slowest.toFixed(1)];
  });
  return align([["folder", "tests", "runs", "failures", "slowest s"], ...rows]);
}

/** What failed, how often, and by which seed it may fail again. */
export function failuresOf(runs: readonly Run[]): string[] {
  const failed = runs.flatMap(({ seed, cases }) =>
    cases.filter((each) => each.failed).map((each) => ({
      seed,
      what: `${each.file} => ${each.name}`,
    }))
  );
  return [...Map.groupBy(failed, ({ what }) => what)].map(([what, all]) =>
    `${what}: ${all.length} of ${runs.length}, --shuffle=${all.map(({ seed }) => seed).join(",")}`
  );
}

function slowestOf(runs: readonly Run[]): string[] {
  const tests = Map.groupBy(
    runs.flatMap(({ cases }) => cases),
    ({ file, name }) => `${file} => ${name}`,
  );
  const worst = [...tests].map(([what, cases]) => ({
    what,
    seconds: Math.max(...cases.map(({ seconds }) => seconds)),
  }));
  return worst.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST)
    .map(({ what, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${what}`);
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row.map((cell, at) => at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)).join(
      "  ",
    )
  ).join("\n");
}

async function repeat(times: number, paths: readonly string[]): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-repeat-" });
  try {
    await buildProgram(`${folder}/program`);
    const runs: Run[] = [];
    for (let i = 1; i <= times; i++) {
      const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
      const started = performance.now();
      const run = await runOnce(seed, paths, folder);
      runs.push(run);
      const failed = run.cases.filter((each) => each.failed).length;
      const seconds = ((performance.now() - started) / 1_000).toFixed(0);
      const counts = `${run.cases.length - failed} passed, ${failed} failed`;
      console.log(
        `run ${i} of ${times}: --shuffle=${seed}: ${counts}, status ${run.code}, ${seconds} s`,
      );
    }
    console.log(`\n${tableOf(runs)}\n\nslowest:\n${slowestOf(runs).join("\n")}`);
    const failures = failuresOf(runs);
    if (failures.length > 0) console.log(`\nfailed:\n${failures.join("\n")}`);
    return runs.every(({ code, cases }) => code === 0 && cases.length > 0) ? 0 : 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const { n, _: paths } = parseArgs(Deno.args.filter((arg) => arg !== "--"), {
    string: ["n"],
    default: { n: "10" },
    unknown: (arg: string) => {
      if (!arg.startsWith("-")) return true;
      console.error(`Cannot read ${arg}: expected -n TIMES and files or folders`);
      Deno.exit(1);
    },
  });
  const times = Number(n);
  if (!Number.isInteger(times) || times < 1 || times > 1_000) {
    console.error(`Cannot read -n: it is "${n}", expected a number from 1 to 1000`);
    Deno.exit(1);
  }
  Deno.exit(await repeat(times, paths.map(String)));
}

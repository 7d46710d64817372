/**
 * Builds the program as one executable file: `deno task compile [--out=FILE] [--portable]`, by
 * default dist/gomcp. Where `deno compile` cannot make one that does all, it says so in a line and
 * makes the portable build, which has Deno inside and unpacks it at its first start.
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli/parse-args";
import { bundleProgram, commitOf } from "./compile/bundle_program.ts";
import { compileByDeno } from "./compile/deno_compile.ts";
import { portableBuild, systemHere } from "./compile/portable.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const EXECUTABLE = 0o755;

interface Options {
  readonly out: string;
  /** Does not try `deno compile`. */
  readonly portable: boolean;
  /** How hard the portable build is compressed. */
  readonly level: number;
}

async function compile({ out, portable, level }: Options): Promise<string> {
  const program = await bundleProgram(PROJECT, await commitOf(PROJECT));
  await Deno.mkdir(dirname(out), { recursive: true });
  const why = portable ? "" : await compileByDeno(program, out);
  if (why === undefined) return `deno compile, ${Deno.build.target}`;
  const system = systemHere();
  if (system === undefined) return await withoutHosts(out, why);
  if (why !== "") console.log(`compile: ${why}; making the portable build`);
  const deno = await Deno.readFile(Deno.execPath());
  const draft = `${out}.${crypto.randomUUID()}.tmp`;
  await Deno.writeFile(draft, portableBuild({ program, deno, system, level }), {
    mode: EXECUTABLE,
  });
  await Deno.chmod(draft, EXECUTABLE);
  await Deno.rename(draft, out);
  return `portable, ${system}`;
}

/** On Windows, which has no sh: what there is, if there is anything, and what it lacks. */
async function withoutHosts(out: string, why: string): Promise<string> {
  await Deno.stat(out).catch((cause) => {
    throw new Error(`Cannot compile: ${why}, and the portable build needs sh`, { cause });
  });
  console.log(`compile: ${why}; it runs them in its own process (--isolation=inline)`);
  return `deno compile, ${Deno.build.target}`;
}

function readOptions(args: readonly string[]): Options {
  const usual = Deno.build.os === "windows" ? "dist/gomcp.exe" : "dist/gomcp";
  const said = parseArgs([...args], {
    string: ["out", "level"],
    boolean: ["portable"],
    default: { out: resolve(PROJECT, usual), level: "6" },
    unknown: (arg: string) => {
      throw new Error(`Cannot read ${arg}: expected --out=FILE, --portable or --level=1…9`);
    },
  });
  if (!/^[1-9]$/.test(said.level!)) throw new Error("Cannot read --level: expected 1 to 9");
  return { out: resolve(said.out!), portable: said.portable === true, level: Number(said.level) };
}

if (import.meta.main) {
  const options = readOptions(Deno.args);
  const kind = await compile(options);
  const { size } = await Deno.stat(options.out);
  console.log(`${options.out}: ${(size / 1e6).toFixed(1)} MB (${kind})`);
}

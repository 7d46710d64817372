/** Tool modules for the tests, copied to where a user would have them: anywhere on disk but in the project. */
import { until } from "./wait.ts";

export type FixtureName =
  | "breaking"
  | "everything"
  | "features"
  | "heap"
  | "guarded"
  | "hostile"
  | "many"
  | "marking"
  | "named"
  | "plain"
  | "printing"
  | "protocol"
  | "reaching"
  | "reaching_out"
  | "recursive"
  | "slow"
  | "tasks"
  | "tracing";

/** Copies modules to a new folder and gives its path. */
export async function copyFixtures(names: readonly FixtureName[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-test-" });
  for (const name of names) await Deno.copyFile(source(name), `${folder}/${name}.ts`);
  return folder;
}

/** What the conformance suite expects is a fixture of the tests, too. */
function source(name: FixtureName): URL {
  const isSuites = name === "everything" || name === "tasks";
  const path = isSuites ? `../conformance/${name}.ts` : `./fixtures/${name}.ts`;
  return new URL(path, import.meta.url);
}

/** Writes a module that has all that the modules beside it have, and gives its path. */
export async function joinFixtures(
  folder: string,
  names: readonly FixtureName[],
): Promise<string> {
  const imports = names.map((name) => `import * as ${name} from "./${name}.ts";\n`).join("");
  const all = `[${names.join(", ")}].flatMap((each) => Object.values(each).flat())`;
  await Deno.writeTextFile(`${folder}/joined.ts`, `${imports}export default ${all};\n`);
  return `${folder}/joined.ts`;
}

/** A folder with the given files, removed at the end of the test. */
export class TempFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async of(files: Readonly<Record<string, string>> = {}): Promise<TempFolder> {
    const folder = new TempFolder(await Deno.makeTempDir({ prefix: "gomcp-test-" }));
    for (const [name, text] of Object.entries(files)) await folder.write(name, text);
    return folder;
  }

  /** Writes a file and gives its path. */
  async write(name: string, text: string): Promise<string> {
    const path = `${this.path}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** The test's side of the tool "gate" (and "stubborn"): a call that is open until the test says so. */
export class Gate {
  constructor(readonly file: string) {}

  /** The arguments of the call that waits here. */
  get arguments(): { readonly file: string } {
    return { file: this.file };
  }

  /** Lets the call end. */
  async open(): Promise<void> {
    await Deno.writeTextFile(this.file, "");
  }

  /** Resolves once the tool has begun to wait. */
  async reached(): Promise<void> {
    await until(() => exists(`${this.file}.reached`), `the call waits at ${this.file}`);
  }

  /** Resolves once the tool has seen its signal abort. */
  async aborted(): Promise<void> {
    await until(() => exists(`${this.file}.aborted`), `the call at ${this.file} is aborted`);
  }

  /** Resolves once the tool "flood" has said all that it has to say. */
  async flooded(): Promise<void> {
    await until(() => exists(`${this.file}.flooded`), `the call at ${this.file} has flooded`);
  }

  isAborted(): Promise<boolean> {
    return exists(`${this.file}.aborted`);
  }
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

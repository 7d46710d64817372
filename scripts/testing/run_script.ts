/** Lets a test run one of the project's scripts as its user does: a process in a folder of its own. */

/** Variables that a nested deno needs. The rest (CI, coverage, colours…) would change its work. */
const KEPT = /^(PATH|HOME|TMPDIR|DENO_DIR|XDG_CACHE_HOME|npm_config_.*|NPM_CONFIG_.*)$/;

export interface ScriptRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Makes a folder of the given files, runs the command in it, and removes it again. */
export async function runInFolder(
  files: Readonly<Record<string, string>>,
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<ScriptRun> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${name}`, text, {
        mode: text.startsWith("#!") ? 0o755 : 0o644,
      });
    }
    const [program, ...args] = command;
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args,
      cwd: folder,
      clearEnv: true,
      env: { ...kept(), NO_COLOR: "1", ...env },
    }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: decode(stdout), stderr: decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs `scripts/<name>` in a folder of the given files, which stands for a project of its own. */
export function runScript(
  name: string,
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  env?: Readonly<Record<string, string>>,
): Promise<ScriptRun> {
  const script = new URL(`../${name}`, import.meta.url).href;
  const command: [string, ...string[]] = [Deno.execPath(), "run", "-A", script, ...args];
  // A deno.json ends the search for one, which would go on above the temporary folder.
  return runInFolder({ "deno.json": "{}\n", ...files }, command, env);
}

/** The last line of an output. */
export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

function kept(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => KEPT.test(name)),
  );
}

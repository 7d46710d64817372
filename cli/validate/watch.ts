/** `--watch`: looks again whenever a file changes that targets are made of. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { describeThrown, GomcpError } from "../../src/base/errors.ts";
import { createModuleFiles } from "../../src/stores/module_files.ts";
import { ModuleWatch } from "../../src/stores/watch_modules.ts";
import { findConfig } from "../find_config.ts";
import type { ValidateFlags } from "./options.ts";
import { type Outcome, runOnce } from "./run_once.ts";

/** Goes on until the process ends, by a signal. */
export async function watch(
  words: readonly string[],
  flags: ValidateFlags,
  tell: (outcome: Outcome, flags: ValidateFlags) => Promise<number>,
): Promise<number> {
  for (;;) {
    const paths = await look(words, flags, tell);
    if (paths.length === 0) {
      const text = "Cannot watch: no target is a file";
      throw new GomcpError("invalid_request", text);
    }
    await changeOf(paths);
  }
}

/** A file that is wrong for a while is told, and ends nothing. */
async function look(
  words: readonly string[],
  flags: ValidateFlags,
  tell: (outcome: Outcome, flags: ValidateFlags) => Promise<number>,
): Promise<readonly string[]> {
  try {
    const outcome = await runOnce(words, flags);
    await tell(outcome, flags);
    return outcome.paths;
  } catch (error) {
    if (!(error instanceof GomcpError)) throw error;
    console.error(`gomcp: ${error.message}`);
    const config = flags.config ?? findConfig();
    const files = config === undefined ? words : [...words, config];
    return files.filter((word) => !/^https?:\/\//.test(word));
  }
}

async function changeOf(paths: readonly string[]): Promise<void> {
  const changed = Promise.withResolvers<void>();
  const files = createModuleFiles({});
  const watch = new ModuleWatch({
    paths,
    source: {
      find: (path) =>
        isData(path) ? Promise.resolve({ files: [path], isFolder: false }) : files.find(path),
      tree: async (file) => isData(file) ? [await hashed(file)] : await files.tree(file),
    },
    onChange: changed.resolve,
    onFault: (error) => {
      const text = `Cannot watch: ${describeThrown(error)}`;
      changed.reject(new GomcpError("invalid_request", text, { cause: error }));
    },
  });
  await watch.start();
  console.error("gomcp validate: watching");
  await changed.promise;
  await watch.close();
}

/** What is read as it is; anything else is a module, or a folder of them. */
function isData(path: string): boolean {
  return /\.(?:jsonc?|lock|ya?ml)$/.test(path);
}

async function hashed(file: string) {
  const bytes = await Deno.readFile(file).catch(() => new Uint8Array());
  const hash = createHash("sha256").update(bytes).digest("hex");
  return { path: resolve(file), hash, specifiers: [] };
}

/** `--watch`: modules that change are a reload. */
import { describeThrown } from "../src/base/errors.ts";
import type { Logger } from "../src/base/log.ts";
import type { ModuleFiles } from "../src/base/module_source.ts";
import { ModuleWatch } from "../src/stores/watch_modules.ts";

/** What is watched. */
export interface Watched {
  readonly paths: readonly string[];
  readonly modules: Pick<ModuleFiles, "find" | "tree">;
}

/** Resolves once changes are noticed. */
export async function watchModules(
  { paths, modules }: Watched,
  onChange: () => void,
  log: Logger,
): Promise<ModuleWatch> {
  const watch = new ModuleWatch({
    paths,
    source: modules,
    onChange,
    onFault: (error) => log.error("modules are not watched", { error: describeThrown(error) }),
  });
  await watch.start();
  log.info("watching modules", { paths });
  return watch;
}

/** What makes a server reload: SIGHUP, and with `--watch` the modules themselves. */
import type { ServeConfig } from "../src/config/serve_config.ts";
import { Reloader } from "../src/runtime/reload.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import type { ServerFeatures } from "./gather_features.ts";
import type { ServiceNotifier } from "./systemd/sd_notify.ts";
import type { HangUps } from "./signals.ts";
import { watchModules } from "./watch.ts";

export interface Reloading {
  readonly reloader: Reloader;
  /** Does not watch any more. */
  close(): Promise<void>;
}

export async function startReloading(
  { watch }: Pick<ServeConfig, "watch">,
  runtime: Runtime,
  source: ServerFeatures,
  service: ServiceNotifier,
  hangUps: HangUps,
): Promise<Reloading> {
  const onReload = () => {
    service.reloading();
    return service.ready;
  };
  const reloader = new Reloader({ runtime, source, onReload });
  hangUps.act(() => void reloader.reload("SIGHUP"));
  const watched = watch
    ? await watchModules(source, () => void reloader.reload("watch"), runtime.log)
    : undefined;
  return {
    reloader,
    close: async () => await watched?.close(),
  };
}

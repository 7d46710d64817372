/** The upstreams of a server: connected before it serves, and its lists are what theirs are. */
import { systemClock } from "../src/base/clock.ts";
import type { Logger } from "../src/base/log.ts";
import type { Reloader } from "../src/runtime/reload.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import {
  createUpstreams,
  type PinCheck,
  type Upstreams,
  type UpstreamSettings,
  waysTo,
} from "../src/runtime/upstreams.ts";
import { VERSION } from "../src/runtime/version.ts";
import type { UpstreamSource } from "./gather_features.ts";

/** Upstreams that are followed once there is a server. */
export interface OpenUpstreams extends UpstreamSource {
  /** From now on their changes are changes of what is served. */
  follow(runtime: Runtime, reloader: Reloader): void;
}

/** `settings` and `pins` are asked at the start and at each reload. */
export function openUpstreams(
  settings: () => readonly UpstreamSettings[],
  log: Logger,
  pins?: () => PinCheck,
): OpenUpstreams {
  const upstreams = createUpstreams({
    clock: systemClock,
    log,
    info: { name: "gomcp", version: VERSION },
    waysTo: waysTo(systemClock, log),
  });
  let changed = false;
  upstreams.onChange = () => changed = true;
  return {
    upstreams,
    configure: async () => {
      await upstreams.set(settings(), pins?.());
      // What they have is read after this.
      changed = false;
    },
    follow(runtime, reloader) {
      upstreams.onResourceUpdated = (uri, tenant) =>
        runtime.events.emit({ kind: "resource_updated", uri, ...(tenant && { tenant }) });
      upstreams.onChange = (upstream, why) =>
        // What nobody could see before may be waited for now.
        void reloader.reloadUpstreams(`upstream ${upstream}: ${why}`)
          .then(() => runtime.events.onWatched?.());
      followWatched(runtime.events, upstreams);
      // What has come while the server started.
      if (changed) void reloader.reloadUpstreams("upstreams have changed");
    },
  };
}

/** How long a turn of subscriptions may take before upstreams are told: many come at once. */
const WATCH_MS = 20;

/** What clients wait for, upstreams are asked to tell. */
function followWatched(events: Runtime["events"], upstreams: Upstreams): void {
  let isDue = false;
  events.onWatched = () => {
    if (isDue) return;
    isDue = true;
    systemClock.after(WATCH_MS, () => {
      isDue = false;
      upstreams.watch(events.watched());
    });
  };
}

/** A tool host: a module, and the channel to its server. */
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import type { ModuleSource } from "../../base/module_source.ts";
import { LineChannel, type LineStreams } from "../../supervisor/hosts/line_channel.ts";
import { loadModule } from "../load_modules.ts";
import { ModuleServer } from "./module_server.ts";

export interface HostOfModule {
  /** Goes to the server's log. */
  readonly log: Logger;
  /** Loads the module and begins to take calls, or tells the server why not. */
  load(what: {
    readonly file: string;
    /** As its user names it. */
    readonly name: string;
    readonly files: ModuleSource;
    readonly describe: (thrown: unknown) => string;
  }): Promise<void>;
}

export function hostModule(
  streams: LineStreams,
  { rssBytes, onClose }: { readonly rssBytes: () => number; readonly onClose: () => void },
): HostOfModule {
  const server: ModuleServer = new ModuleServer({
    send: (line) => channel.send(line),
    waiting: () => channel.waiting,
    rssBytes,
  });
  const channel = new LineChannel(streams, LIMITS.hostLineCharsMax, {
    onLine: (line) => server.onFrame(JSON.parse(line)),
    onClose,
  });
  return {
    log: server.log,
    async load({ file, name, files, describe }) {
      const source: ModuleSource = { find: files.find, load: () => files.load(file) };
      try {
        server.serve(await loadModule(name, source), server.log);
      } catch (thrown) {
        server.fail(describe(thrown));
      }
    },
  };
}

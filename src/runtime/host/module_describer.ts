/** In a process that describes modules: loads one after the other and says what it has. */
import { LIMITS } from "../../base/limits.ts";
import type { ModuleSource } from "../../base/module_source.ts";
import { LineChannel, type LineStreams } from "../../supervisor/hosts/line_channel.ts";
import { loadModule } from "../load_modules.ts";
import { describeModule } from "./describe_module.ts";

/** What the server asks for. */
interface LoadFrame {
  readonly t: "load";
  readonly file: string;
  /** As its user names it. */
  readonly name: string;
}

/** Answers each question with "ready" or "failed"; the server asks one after the other. */
export function answerDescriptions(
  streams: LineStreams,
  files: ModuleSource,
  onClose: () => void,
): void {
  const answer = async ({ file, name }: LoadFrame): Promise<unknown> => {
    try {
      const loaded = await loadModule(name, { find: files.find, load: () => files.load(file) });
      return { t: "ready", about: describeModule(loaded) };
    } catch {
      // Its own host will say what is wrong with it.
      return { t: "failed", detail: "" };
    }
  };
  const channel: LineChannel = new LineChannel(streams, LIMITS.hostLineCharsMax, {
    onLine: (line) =>
      void answer(JSON.parse(line)).then((said) => channel.send(JSON.stringify(said))),
    onClose,
  });
}

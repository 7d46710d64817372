/** What the first server on a terminal says when it listens: where to go from here. */
import { usualStateUrl } from "../src/config/state_config.ts";

/** Beside the state; that it is there means that all this was said. */
const MARK = "welcomed";

/** Says it once for each user, on stderr, and only where somebody reads it. */
export function welcomeOnce(url: string, tools: number): void {
  if (!Deno.stderr.isTerminal() || !isFirst()) return;
  const some = tools === 1 ? "1 tool" : `${tools} tools`;
  console.error(`
gomcp serves ${some} at ${url}. Where to go next (this is said once):

  gomcp tools --url=${url}    what there is to call
  gomcp call NAME --args '{…}'              calls one
  gomcp init my-tools                       a project with a tool of your own
  gomcp install claude-desktop              lets a program start gomcp
  gomcp doctor                              looks at all that a server needs
  gomcp help                                all commands; each has --help with examples
`);
}

/** Where it cannot be remembered it is not said: it would be said every time. */
function isFirst(): boolean {
  const state = usualStateUrl((name) => Deno.env.get(name));
  if (state === undefined) return false;
  const folder = state.slice("sqlite:".length, state.lastIndexOf("/"));
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    Deno.writeTextFileSync(`${folder}/${MARK}`, "", { createNew: true });
    return true;
  } catch {
    return false;
  }
}

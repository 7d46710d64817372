/** `gomcp types`: TypeScript types of the tools, for `new GoMCPClient<Tools>(…)`. */
import { runToolCommand, type ToolArgs, type ToolUsage } from "./tools/command.ts";
import { typesOf } from "./tools/types_of.ts";

const USAGE: ToolUsage = {
  usage: "gomcp types [URL]",
  what: `Prints a module of types for the tools of a server, or of modules here (--tools), by which
the compiler checks names, arguments and results: gomcp types > tools.d.ts, and in the program
new GoMCPClient<Tools>({ baseUrl }).`,
  flags: [],
  words: [0, 1],
};

export function run(args: readonly string[]): Promise<number> {
  return runToolCommand(USAGE, args, async (target, { values }) => {
    const text = typesOf(await target.tools());
    console.log(values.json === true ? JSON.stringify({ types: text }) : text.trimEnd());
    return 0;
  }, withUrl);
}

/** The word is the server's address. */
function withUrl(told: ToolArgs): ToolArgs {
  const [url] = told.words;
  return url === undefined ? told : { ...told, values: { ...told.values, url } };
}

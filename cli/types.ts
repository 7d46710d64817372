/** `gomcp types`: TypeScript types of the tools, for `new GoMCPClient<Tools>(…)`. */
import { GomcpError } from "../src/base/errors.ts";
import { runToolCommand, type ToolArgs, toolHelp, type ToolUsage } from "./tools/command.ts";
import { placeOf } from "./tools/target.ts";
import { typesOf } from "./tools/types_of.ts";

const USAGE: ToolUsage = {
  usage: "gomcp types [URL|CONFIG|PATH]",
  what:
    `Prints a module of types for the tools of a server, of a configuration (gomcp.json) with its
upstreams, or of modules here, by which the compiler checks names, arguments and results:
gomcp types > tools.d.ts, and in the program new GoMCPClient<Tools>({ baseUrl }).`,
  flags: [],
  words: [0, 1],
  examples: ["gomcp types > tools.d.ts", "gomcp types tools --json"],
};

export const help = toolHelp(USAGE);

export function run(args: readonly string[]): Promise<number> {
  return runToolCommand(USAGE, args, async (target, { values }) => {
    const text = typesOf(await target.tools());
    console.log(values.json === true ? JSON.stringify({ types: text }) : text.trimEnd());
    return 0;
  }, withPlace);
}

/** The word goes before the environment, and beside no flag that says where. */
function withPlace({ words, values }: ToolArgs, isSaid: boolean): ToolArgs {
  const [word] = words;
  if (word === undefined) return { words, values };
  if (isSaid) {
    const text = `Cannot open tools: "${word}" and a flag name several places, expected one`;
    throw new GomcpError("invalid_request", text);
  }
  return { words, values: { ...values, url: undefined, ...placeOf(word) } };
}

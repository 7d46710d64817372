/** `gomcp tools` of a server, or with a name: what tools there are, or one of them. */
import type { ToolInfo } from "../../client.ts";
import { runToolCommand, type ToolUsage } from "./command.ts";

const USAGE: ToolUsage = {
  usage: "gomcp tools [NAME]",
  what:
    `Lists the tools of a server, or of modules here; with a name, shows that tool with its schemas.
--json gives the definitions as MCP has them.

  gomcp tools echo --config gomcp.json --json`,
  flags: [],
  words: [0, 1],
  examples: [],
};

export function run(args: readonly string[]): Promise<number> {
  return runToolCommand(USAGE, args, async (target, { values, words: [name] }) => {
    const json = values.json === true;
    if (name !== undefined) {
      const tool = await target.tool(name);
      console.log(json ? JSON.stringify(tool) : JSON.stringify(tool, null, 2));
      return 0;
    }
    const tools = await target.tools();
    console.log(json ? JSON.stringify(tools) : table(tools));
    return 0;
  });
}

const NAME_CHARS_MAX = 32;

/** One line a tool; names that are longer than most do not push all the others aside. */
function table(tools: readonly ToolInfo[]): string {
  const widest = Math.max(0, ...tools.map(({ name }) => name.length));
  const width = Math.min(widest, NAME_CHARS_MAX);
  return tools.map(({ name, description }) =>
    `${name.padEnd(width)}  ${description.split("\n", 1)[0]}`
  ).join("\n");
}

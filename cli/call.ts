/** `gomcp call`: calls one tool and prints what it gives. */
import type { CallResult, ContentBlock, Progress } from "../client.ts";
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import { LIMITS } from "../src/base/limits.ts";
import { CODE_TABLE } from "../src/base/code_table.ts";
import { runToolCommand, toolHelp, type ToolUsage } from "./tools/command.ts";

const USAGE: ToolUsage = {
  usage: "gomcp call TOOL",
  what: `Calls a tool of a server, or of modules here, and prints its text; with --json the whole
result, or {"problem": …} where there is none. Exit status: 0 for a result, 5 for a tool that failed
or arguments that do not fit, 3 not allowed, 4 no server, 6 refused for now, 7 too late or lost.

  gomcp call echo --args '{"msg":"hi"}' --url http://127.0.0.1:8080`,
  flags: [
    {
      name: "args",
      kind: "text",
      value: "JSON",
      default: "{}",
      help: "the arguments as JSON; @FILE reads them from a file, - from stdin",
    },
    { name: "progress", kind: "switch", help: "tells on stderr how far the tool is" },
  ],
  words: [1, 1],
  examples: [
    `gomcp call add --args '{"a":1,"b":2}'`,
    "gomcp call greet --args @arguments.json --tools=tools --json",
    `echo '{"name":"Ada"}' | gomcp call greet --args=- --url=http://127.0.0.1:8080`,
  ],
};

export const help = toolHelp(USAGE);

export function run(args: readonly string[]): Promise<number> {
  return runToolCommand(USAGE, args, async (target, { values, words: [tool] }) => {
    const given = parseArguments(await readArguments(values.args as string));
    const listener = values.progress === true ? showProgress : undefined;
    const result = await target.call(tool!, given, listener);
    console.log(values.json === true ? JSON.stringify(result) : textOf(result));
    return result.isError === true ? CODE_TABLE.tool_error.exit : 0;
  });
}

async function readArguments(said: string): Promise<string> {
  if (said !== "-" && !said.startsWith("@")) return said;
  const stream = said === "-" ? Deno.stdin.readable : await openFile(said.slice(1));
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    // A server takes no more; what never ends must not fill the memory.
    if (text.length > LIMITS.messageBytesMax) {
      throw new GomcpError("too_large", "Cannot read arguments: they are larger than a message");
    }
  }
  return text;
}

async function openFile(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  try {
    return (await Deno.open(path)).readable;
  } catch (cause) {
    const text = `Cannot read arguments from "${path}": ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
}

/** Values are not quoted: arguments may be secret. */
function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const what = 'they are no JSON, expected an object such as \'{"msg":"hi"}\'';
    throw new GomcpError("invalid_request", `Cannot read arguments: ${what}`);
  }
}

function showProgress({ progress, total, message }: Progress): void {
  const of = total === undefined ? "" : `/${total}`;
  console.error(`${progress}${of}${message === undefined ? "" : ` ${message}`}`);
}

/** What is no text is shown as JSON, one block a line; structured content where there is no block. */
function textOf({ content, structuredContent }: CallResult): string {
  if (content.length === 0 && structuredContent !== undefined) {
    return JSON.stringify(structuredContent);
  }
  return content.map((block: ContentBlock) =>
    block.type === "text" ? block.text : JSON.stringify(block)
  ).join("\n");
}

/** The built-in tool `echo`: the shortest way to see that a server answers. */
import * as z from "zod";
import { defineTool } from "../define_tool.ts";
import type { Tool } from "../tool.ts";

export function echoTool(): Tool {
  return defineTool({
    name: "echo",
    title: "Echo",
    description: "Answers with the text that it was given.",
    input: z.object({ msg: z.string().describe("The text to send back.") }),
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    handler: ({ msg }) => msg,
  });
}

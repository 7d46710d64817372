/** The built-in tool `file_info`: what an entry is, without its contents. */
import * as z from "zod";
import { defineTool } from "../../define_tool.ts";
import type { Tool } from "../../tool.ts";
import type { RootFs } from "./root_fs.ts";
import { entryTypeSchema, pathSchema, sizeSchema, withoutTrailingSlash } from "./schemas.ts";

const MODE_DIGITS = 4;

const output = z.object({
  path: z.string(),
  type: entryTypeSchema,
  symlink: z.boolean().describe(
    "True for a symbolic link: the rest then tells of what it leads to, unless type is " +
      '"symlink": it leads nowhere, or outside the root.',
  ),
  sizeBytes: sizeSchema.optional(),
  modified: z.string().describe("ISO 8601, UTC."),
  mode: z.string().optional().describe('Permission bits in octal, such as "0644".'),
});

export function fileInfoTool(fs: RootFs): Tool {
  return defineTool({
    name: "file_info",
    title: "File info",
    description: "Tells what a file, directory or symbolic link is: " +
      "type, size in bytes, time of the last change, permission bits.",
    input: z.strictObject({ path: pathSchema("the file or directory") }),
    output,
    purposes: { path: "path" },
    annotations: {
      title: "File info",
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    handler: async ({ path: given }) => {
      const path = withoutTrailingSlash(given);
      const { type, symlink, sizeBytes, modifiedMs, mode } = await fs.info(path);
      return {
        path,
        type,
        symlink,
        ...(sizeBytes !== undefined && { sizeBytes }),
        modified: new Date(modifiedMs).toISOString(),
        ...(mode !== undefined && { mode: mode.toString(8).padStart(MODE_DIGITS, "0") }),
      };
    },
  });
}

/** The built-in tool `delete_file`: deletes one entry. */
import * as z from "zod";
import { defineTool } from "../../define_tool.ts";
import type { Tool } from "../../tool.ts";
import type { RootFs } from "./root_fs.ts";
import { entryTypeSchema, pathSchema, withoutTrailingSlash } from "./schemas.ts";

const output = z.object({
  path: z.string(),
  type: entryTypeSchema.describe("What it was."),
});

export function deleteFileTool(fs: RootFs): Tool {
  return defineTool({
    name: "delete_file",
    title: "Delete file",
    description: "Deletes a file, an empty directory, or a symbolic link (never what it leads " +
      "to). It cannot be undone. Directories that are not empty, and the root, are refused.",
    input: z.strictObject({ path: pathSchema("the file or empty directory") }),
    output,
    purposes: { path: "path" },
    annotations: {
      title: "Delete file",
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
    handler: async ({ path: given }) => {
      const path = withoutTrailingSlash(given);
      const { type } = await fs.delete(path);
      return { path, type };
    },
  });
}

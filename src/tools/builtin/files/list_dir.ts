/** The built-in tool `list_dir`: what is in a directory. */
import * as z from "zod";
import { LIMITS } from "../../../base/limits.ts";
import { defineTool } from "../../define_tool.ts";
import type { Tool } from "../../tool.ts";
import type { RootFs } from "./root_fs.ts";
import { directorySchema, entryTypeSchema, sizeSchema, withoutTrailingSlash } from "./schemas.ts";

const ENTRIES_MAX = LIMITS.listEntriesMax;

const input = z.strictObject({
  path: directorySchema("the directory"),
  offset: z.int().min(0).default(0).describe("Entries to leave out at the beginning."),
  limit: z.int().min(1).max(ENTRIES_MAX).default(ENTRIES_MAX).describe("Entries to give at most."),
});

const output = z.object({
  path: z.string(),
  entries: z.array(z.object({
    name: z.string(),
    type: entryTypeSchema,
    sizeBytes: sizeSchema.optional(),
  })),
  total: z.int().min(0).describe("Entries that the directory has."),
  nextOffset: z.int().optional().describe("Where to go on; absent when nothing is left."),
});

export function listDirTool(fs: RootFs): Tool {
  return defineTool({
    name: "list_dir",
    title: "List directory",
    description: "Lists a directory's entries by name, with type and size; not what lies below. " +
      `One call gives at most ${ENTRIES_MAX}; when more are left, nextOffset says where to go on.`,
    input,
    output,
    purposes: { path: "path" },
    annotations: {
      title: "List directory",
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    handler: async ({ path: given, offset, limit }) => {
      const path = withoutTrailingSlash(given);
      const { entries, total } = await fs.list(path, { offset, limit });
      const nextOffset = offset + entries.length;
      return {
        path,
        entries: [...entries],
        total,
        ...(entries.length > 0 && nextOffset < total && { nextOffset }),
      };
    },
  });
}

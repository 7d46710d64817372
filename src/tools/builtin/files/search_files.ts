/** The built-in tool `search_files`: files by name, and lines by the text in them. */
import * as z from "zod";
import { LIMITS } from "../../../base/limits.ts";
import { defineTool } from "../../define_tool.ts";
import type { Tool } from "../../tool.ts";
import { createGlob, GLOB_RULES } from "./glob.ts";
import type { RootFs } from "./root_fs.ts";
import { directorySchema, withoutTrailingSlash } from "./schemas.ts";
import { search } from "./search.ts";

const MATCHES_MAX = LIMITS.searchMatchesMax;

const globSchema = z.string().min(1).max(LIMITS.globCharsMax);

const input = z.strictObject({
  path: directorySchema("the directory to search"),
  glob: globSchema.optional()
    .describe(`Only files whose path below that directory fits: ${GLOB_RULES}.`),
  text: z.string().min(1).max(LIMITS.searchTextCharsMax)
    .refine((text) => !/[\r\n]/.test(text), "expected text of one line")
    .optional()
    .describe("Only files that hold this text, with the lines; literal, no regular expression."),
  ignoreCase: z.boolean().default(false).describe(
    "Whether upper and lower case of text are alike.",
  ),
  exclude: z.array(globSchema).max(LIMITS.searchExcludesMax).default([".git", "node_modules"])
    .describe("Globs for the names of directories that are left out."),
  limit: z.int().min(1).max(MATCHES_MAX).default(MATCHES_MAX).describe("Matches to give at most."),
}).refine(({ glob, text }) => glob !== undefined || text !== undefined, "expected glob or text");

const output = z.object({
  matches: z.array(z.object({
    path: z.string().describe("Relative to the root."),
    line: z.int().min(1).optional().describe("Counted from 1; when text was given."),
    text: z.string().optional().describe("The line, clipped around the text when it is long."),
  })),
  entriesSeen: z.int().min(0),
  skipped: z.object({
    binary: z.int().min(0).describe("Files that are not UTF-8 text; only looked for with text."),
    tooLarge: z.int().min(0).describe("Files that are too large to search for text."),
    unreadable: z.int().min(0).describe("Files and directories that could not be read."),
    notFiles: z.int().min(0).describe("Symbolic links and devices, which are not followed."),
  }),
  cut: z.string().optional().describe("Why there may be more; absent when all was searched."),
});

export function searchFilesTool(fs: RootFs): Tool {
  return defineTool({
    name: "search_files",
    title: "Search files",
    description: "Finds files below a directory by a glob for their path, by a literal text in " +
      `them, or both; one of the two is needed. Gives at most ${MATCHES_MAX} matches from at most ` +
      `${LIMITS.searchFilesMax} entries, and says when there may be more. Binary files and files ` +
      `of more than ${LIMITS.fileReadBytesMax} bytes are not searched for text, symbolic links ` +
      "are not followed.",
    input,
    output,
    purposes: { path: "path", glob: "code", text: "code", exclude: "code" },
    annotations: {
      title: "Search files",
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    handler: ({ path, glob, text, ignoreCase, exclude, limit }, { signal }) => {
      const excluded = exclude.map(createGlob);
      return search(fs, {
        start: withoutTrailingSlash(path),
        isWanted: glob === undefined ? () => true : createGlob(glob),
        text,
        ignoreCase,
        isExcluded: (name) => excluded.some((fits) => fits(name)),
        limit,
        signal,
      });
    },
  });
}

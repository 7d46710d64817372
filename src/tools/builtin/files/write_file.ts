/** The built-in tool `write_file`: makes a file or replaces its contents. */
import * as z from "zod";
import { GomcpError } from "../../../base/errors.ts";
import { LIMITS } from "../../../base/limits.ts";
import { defineTool } from "../../define_tool.ts";
import type { Tool } from "../../tool.ts";
import type { RootFs } from "./root_fs.ts";
import { pathSchema } from "./schemas.ts";

const BYTES_MAX = LIMITS.fileWriteBytesMax;

const input = z.strictObject({
  path: pathSchema("the file"),
  content: z.string().describe(`The whole new contents; at most ${BYTES_MAX} bytes.`),
  encoding: z.enum(["utf8", "base64"]).default("utf8")
    .describe("How content stands for bytes: as UTF-8 text, or as base64 for binary files."),
  overwrite: z.boolean().default(true)
    .describe("False: an existing file is left alone and the call fails."),
  createDirs: z.boolean().default(false).describe("True: missing parent directories are made."),
});

const output = z.object({
  path: z.string(),
  sizeBytes: z.int().min(0),
  created: z.boolean().describe("False when an existing file was replaced."),
});

export function writeFileTool(fs: RootFs): Tool {
  return defineTool({
    name: "write_file",
    title: "Write file",
    description: "Makes a file, or replaces all of an existing one's contents unless overwrite " +
      "is false. The contents are written beside the file and then take its place at once, so " +
      "no reader sees half of them; an existing file's permission bits stay. A symbolic link " +
      "inside the root is followed.",
    input,
    output,
    // A file may hold anything; base64 takes a third more than the bytes that it stands for.
    purposes: {
      path: "path",
      content: { for: "code", stringBytesMax: Math.ceil(BYTES_MAX / 3) * 4 },
    },
    annotations: {
      title: "Write file",
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
    handler: async ({ path, content, encoding, overwrite, createDirs }, { signal }) => {
      const bytes = encoding === "utf8" ? encodeText(content) : decodeBase64(content);
      if (bytes.length > BYTES_MAX) {
        throw badContent(
          "too_large",
          `it has ${bytes.length} bytes, expected at most ${BYTES_MAX}`,
        );
      }
      const { created } = await fs.write(path, bytes, { overwrite, createDirs, signal });
      return { path, sizeBytes: bytes.length, created };
    },
  });
}

function encodeText(content: string): Uint8Array {
  // Otherwise the encoder would put U+FFFD there, and other contents than asked for in the file.
  if (!content.isWellFormed()) {
    throw badContent("invalid_arguments", "it holds half a surrogate pair, expected Unicode text");
  }
  return new TextEncoder().encode(content);
}

function decodeBase64(content: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(content);
  } catch (cause) {
    throw badContent("invalid_arguments", "it is not base64", cause);
  }
}

function badContent(
  code: "invalid_arguments" | "too_large",
  reason: string,
  cause?: unknown,
): GomcpError {
  return new GomcpError(code, `Cannot write content: ${reason}`, { pointer: "/content", cause });
}

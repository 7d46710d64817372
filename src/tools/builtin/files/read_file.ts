/** The built-in tool `read_file`: a file's contents, in parts when it is large. */
import * as z from "zod";
import { GomcpError } from "../../../base/errors.ts";
import { LIMITS } from "../../../base/limits.ts";
import type { ContentBlock } from "../../../protocol/content.ts";
import { defineTool } from "../../define_tool.ts";
import type { Tool } from "../../tool.ts";
import { guessMimeType } from "./mime_types.ts";
import type { FilePart, RootFs } from "./root_fs.ts";
import { pathSchema } from "./schemas.ts";
import { decodePart } from "./text_part.ts";

const BYTES_MAX = LIMITS.fileReadBytesMax;

const input = z.strictObject({
  path: pathSchema("the file"),
  offset: z.int().min(0).default(0).describe("Bytes to leave out at the beginning."),
  length: z.int().min(1).max(BYTES_MAX).default(BYTES_MAX).describe("Bytes to read at most."),
});

export function readFileTool(fs: RootFs): Tool {
  return defineTool({
    name: "read_file",
    title: "Read file",
    description: "Reads a file. UTF-8 text comes as text, anything else as a base64 resource. " +
      `One call gives at most ${BYTES_MAX} bytes and says how to get the next part; ` +
      "a character is never cut in two.",
    input,
    purposes: { path: "path" },
    annotations: {
      title: "Read file",
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    handler: async ({ path, offset, length }) => {
      const part = await fs.read(path, { offset, length });
      if (offset > part.sizeBytes) throw beyondEnd(path, offset, part.sizeBytes);
      return { content: renderPart(path, offset, part) };
    },
  });
}

function renderPart(path: string, offset: number, part: FilePart): ContentBlock[] {
  const { bytes, sizeBytes } = part;
  const atEnd = offset + bytes.length >= sizeBytes;
  const text = decodePart(bytes, { atStart: offset === 0, atEnd });
  const start = offset + (text?.skipped ?? 0);
  const next = start + (text?.used ?? bytes.length);
  const block: ContentBlock = text === undefined
    ? binaryBlock(path, bytes)
    : { type: "text", text: text.text };
  if (start === 0 && next >= sizeBytes) return [block];
  return [block, { type: "text", text: partNote(start, next, sizeBytes) }];
}

function partNote(start: number, next: number, sizeBytes: number): string {
  const where = `[Bytes ${start} to ${next} of ${sizeBytes}.`;
  return next < sizeBytes
    ? `${where} Call read_file with offset ${next} for the next part.]`
    : `${where} This is the end of the file.]`;
}

function binaryBlock(path: string, bytes: Uint8Array): ContentBlock {
  return {
    type: "resource",
    resource: { uri: fileUri(path), mimeType: guessMimeType(path), blob: bytes.toBase64() },
  };
}

/** The root stands for "/": where it really is concerns no client. */
function fileUri(path: string): string {
  const names = path.split("/").filter((name) => name !== ".");
  return `file:///${names.map(encodeURIComponent).join("/")}`;
}

function beyondEnd(path: string, offset: number, sizeBytes: number): GomcpError {
  return new GomcpError(
    "invalid_arguments",
    `Cannot read ${
      JSON.stringify(path)
    }: offset is ${offset}, expected at most its ${sizeBytes} bytes`,
    { pointer: "/offset" },
  );
}

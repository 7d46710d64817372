/** Results of tools as MCP has them: content blocks, and what a whole result is. */
import { isPlainJson, isRecord, kindOf, pointerStep } from "../base/json.ts";
import { annotationsFault } from "./annotations.ts";

/** Hints for the client about whom a block is for (MCP, server: annotations). */
export interface ContentAnnotations {
  /** Whom the block is meant for. */
  readonly audience?: readonly ("user" | "assistant")[];
  /** 0 (least) to 1 (most important). */
  readonly priority?: number;
  /** ISO 8601. */
  readonly lastModified?: string;
}

/** A picture (MCP, basic: icons). */
export interface Icon {
  /** `https:` or `data:` URI. */
  readonly src: string;
  /** Such as "image/png". */
  readonly mimeType?: string;
  /** Such as ["48x48"], or ["any"] for what scales. */
  readonly sizes?: readonly string[];
  /** Which background it is made for. */
  readonly theme?: "light" | "dark";
}

/** What every content block may carry. */
export interface BlockBase {
  /** Hints for the client. */
  readonly annotations?: ContentAnnotations;
  /** Extra data, under keys with a prefix of their own. */
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** Text for the model. */
export interface TextBlock extends BlockBase {
  /** Which kind of block it is. */
  readonly type: "text";
  /** The text itself. */
  readonly text: string;
}

/** `data` is base64. */
export interface MediaBlock extends BlockBase {
  /** Which kind of block it is. */
  readonly type: "image" | "audio";
  /** The bytes as base64. */
  readonly data: string;
  /** Such as "image/png". */
  readonly mimeType: string;
}

/** An embedded resource: its contents travel in the result; `blob` is base64. */
export interface ResourceBlock extends BlockBase {
  /** Which kind of block it is. */
  readonly type: "resource";
  /** The resource's address and contents. */
  readonly resource:
    & { readonly uri: string; readonly mimeType?: string }
    & ({ readonly text: string } | { readonly blob: string });
}

/** A resource that the client may read by itself. */
export interface ResourceLinkBlock extends BlockBase {
  /** Which kind of block it is. */
  readonly type: "resource_link";
  /** The resource's address. */
  readonly uri: string;
  /** The resource's name, for programs. */
  readonly name: string;
  /** The resource's name, for people. */
  readonly title?: string;
  /** What the resource holds. */
  readonly description?: string;
  /** The resource's media type, if it is known. */
  readonly mimeType?: string;
  /** Bytes. */
  readonly size?: number;
}

/** One piece of a tool's answer. */
export type ContentBlock = TextBlock | MediaBlock | ResourceBlock | ResourceLinkBlock;

/** What a tool call gives (MCP, server/tools: tool result). */
export interface ToolResult {
  /** What the model reads; may be empty. */
  readonly content: readonly ContentBlock[];
  /** Any JSON value; legacy clients get it only when it is an object. */
  readonly structuredContent?: unknown;
  /** The tool ran and failed: the model is meant to read why. */
  readonly isError?: boolean;
  /** Extra data for the client, under keys with a prefix of their own. */
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** Says what is wrong with a value as a content block, or undefined when nothing is. */
export function blockFault(value: unknown, pointer: string): string | undefined {
  if (!isRecord(value)) return `${pointer} is ${kindOf(value)}, expected a content block`;
  return kindFault(value, pointer) ??
    annotationsFault(value.annotations, `${pointer}/annotations`);
}

function kindFault(value: Record<string, unknown>, pointer: string): string | undefined {
  const wrong = (key: string, holder: Record<string, unknown> = value, at = pointer) =>
    typeof holder[key] === "string"
      ? undefined
      : `${at}${pointerStep(key)} is ${kindOf(holder[key])}, expected string`;
  switch (value.type) {
    case "text":
      return wrong("text");
    case "image":
    case "audio":
      return wrong("data") ?? wrong("mimeType");
    case "resource_link":
      return wrong("uri") ?? wrong("name");
    case "resource": {
      const { resource } = value;
      if (!isRecord(resource)) return `${pointer}/resource is ${kindOf(resource)}, expected object`;
      const body = "blob" in resource ? "blob" : "text";
      return wrong("uri", resource, `${pointer}/resource`) ??
        wrong(body, resource, `${pointer}/resource`);
    }
    default:
      return `${pointer}/type is ${JSON.stringify(value.type)}, ` +
        `expected "text", "image", "audio", "resource" or "resource_link"`;
  }
}

/** The members of a result as JSON, in the order of MCP's schema. Throws what JSON.stringify throws. */
export function resultMembers({ content, structuredContent, isError }: ToolResult): string {
  const only = content[0];
  let members = content.length === 1 && only!.type === "text" &&
      only!.annotations === undefined && only!._meta === undefined
    ? textMembers(only!.text)
    : '"content":' + JSON.stringify(content);
  if (structuredContent !== undefined) {
    members += ',"structuredContent":' + JSON.stringify(structuredContent);
  }
  return isError === true ? members + ',"isError":true' : members;
}

/** Of few pieces: each costs as much as a look at the text. */
function textMembers(text: string): string {
  return isPlainJson(text)
    ? '"content":[{"type":"text","text":"' + text + '"}]'
    : '"content":[{"type":"text","text":' + JSON.stringify(text) + "}]";
}

/** Results of tools as MCP has them: content blocks, and what a whole result is. */
import { isRecord, kindOf, pointerStep } from "../base/json.ts";

/** Hints for the client about whom a block is for (MCP, server: annotations). */
export interface ContentAnnotations {
  readonly audience?: readonly ("user" | "assistant")[];
  /** 0 (least) to 1 (most important). */
  readonly priority?: number;
  /** ISO 8601. */
  readonly lastModified?: string;
}

interface BlockBase {
  readonly annotations?: ContentAnnotations;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

export interface TextBlock extends BlockBase {
  readonly type: "text";
  readonly text: string;
}

/** `data` is base64. */
export interface MediaBlock extends BlockBase {
  readonly type: "image" | "audio";
  readonly data: string;
  readonly mimeType: string;
}

/** An embedded resource: its contents travel in the result; `blob` is base64. */
export interface ResourceBlock extends BlockBase {
  readonly type: "resource";
  readonly resource:
    & { readonly uri: string; readonly mimeType?: string }
    & ({ readonly text: string } | { readonly blob: string });
}

/** A resource that the client may read by itself. */
export interface ResourceLinkBlock extends BlockBase {
  readonly type: "resource_link";
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  /** Bytes. */
  readonly size?: number;
}

export type ContentBlock = TextBlock | MediaBlock | ResourceBlock | ResourceLinkBlock;

/** What a tool call gives (MCP, server/tools: tool result). */
export interface ToolResult {
  readonly content: readonly ContentBlock[];
  /** Any JSON value; legacy clients get it only when it is an object. */
  readonly structuredContent?: unknown;
  /** The tool ran and failed: the model is meant to read why. */
  readonly isError?: boolean;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** Says what is wrong with a value as a content block, or undefined when nothing is. */
export function blockFault(value: unknown, pointer: string): string | undefined {
  if (!isRecord(value)) return `${pointer} is ${kindOf(value)}, expected a content block`;
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

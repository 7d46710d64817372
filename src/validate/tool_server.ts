/** The tools of one server, as they came: what rules look at. */
import { isRecord } from "../base/json.ts";
import type { JsonText } from "./json_text.ts";

/** One server: a module, a file, a program, an address, or an upstream of a configuration. */
export interface ToolServer {
  /** As the user named it. */
  readonly name: string;
  /** What stands before its tools' names where gomcp serves them; empty where nothing does. */
  readonly prefix: string;
  /** The only tenant that it is served to, if there is one. */
  readonly tenant?: string | undefined;
  readonly tools: readonly SourcedTool[];
}

/** A definition as it came, checked by nobody, and where it came from. */
export interface SourcedTool {
  readonly definition: unknown;
  readonly source: Source;
  /** The whole name that gomcp serves it by, where that is not its own behind the prefix. */
  readonly servedAs?: string | undefined;
}

/** Where a definition stands. */
export type Source =
  /** In JSON, at a pointer. */
  | {
    readonly kind: "json";
    readonly file: string;
    /** The file, parsed once for all of its tools. */
    readonly json: JsonText;
    readonly pointer: string;
  }
  /** Somewhere in a module that makes it. */
  | { readonly kind: "module"; readonly file: string; readonly text: string }
  /** A server said it; `file` is where the server is named, if it is. */
  | { readonly kind: "live"; readonly file?: string; readonly line?: number };

/** The name that gomcp serves a tool by; that of one without a name is the prefix. */
export function servedName({ prefix }: ToolServer, { definition, servedAs }: SourcedTool): string {
  const { name } = isRecord(definition) ? definition : {};
  return servedAs ?? prefix + (typeof name === "string" ? name : "");
}

/** The name that locks and baselines know it by: of a tenant's own, behind the tenant's. */
export function pinnedName(server: ToolServer, tool: SourcedTool): string {
  const name = servedName(server, tool);
  return server.tenant === undefined ? name : `${server.tenant}/${name}`;
}

/** The text of the file that a definition stands in. */
export function textOf(source: Exclude<Source, { readonly kind: "live" }>): string {
  return source.kind === "json" ? source.json.text : source.text;
}

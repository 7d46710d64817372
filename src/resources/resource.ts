/** What a resource is: what authors write, and what it becomes once it is checked. */
import type { Completer } from "../authoring/completion.ts";
import type { HandlerContext } from "../authoring/context.ts";
import type { Hosted } from "../authoring/hosted.ts";
import type { ContentAnnotations, Icon } from "../protocol/content.ts";
import type { UriTemplate } from "../protocol/uri_template.ts";

/** One part of what a resource holds; `blob` is base64. */
export type ResourceContents =
  & { readonly uri?: string; readonly mimeType?: string }
  & ({ readonly text: string } | { readonly blob: string });

/** What `read` gives: text, bytes, or contents with more to say. */
export type ReadReturn = string | Uint8Array | ResourceContents | readonly ResourceContents[];

/** What is to be read. */
export interface ReadRequest {
  /** As the client asked for it. */
  readonly uri: string;
  /** The values of a template's variables, percent-decoded; empty for a static resource. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What `defineResource` takes. */
export interface ResourceOptions {
  /**
   * The address: a URI, or a URI template (RFC 6570) such as "users://{id}/profile".
   *
   * Templates may have `{id}`, `{id:3}` (at most three characters), `{a,b}`, `{+path}`, `{#part}`,
   * `{.ext}`, `{/a,path*}` (a list, given as one text), `{;a}`, `{?q,lang}` (in any order) and `{&q}`.
   * What could be read in several ways is refused: `{a}{b}`, `{?list*}`, a list that is not last.
   *
   * No template matches a URI that would give a variable a value with "." or ".." as a step of a
   * path, encoded or not, so that "file:///data/{+path}" does not lead out of /data. Variables of
   * queries and fragments (`{?q}`, `{&q}`, `{#part}`) may have any value.
   */
  readonly uri: string;
  /** For programs. */
  readonly name: string;
  /** For people. */
  readonly title?: string;
  /** What it holds. */
  readonly description?: string;
  /** The media type of what `read` gives, unless that says its own. */
  readonly mimeType?: string;
  /** Bytes, where that is known. */
  readonly size?: number;
  /** Hints for the client. */
  readonly annotations?: ContentAnnotations;
  /** Pictures of it. */
  readonly icons?: readonly Icon[];
  /** The longest that reading may take, such as "500ms". @default the server's `--timeout` */
  readonly timeout?: string;
  /** Proposals for the variables of a template. */
  readonly complete?: Readonly<Record<string, Completer>>;
  /** Reads it. What it throws becomes an error of the request. */
  readonly read: (request: ReadRequest, ctx: HandlerContext) => ReadReturn | Promise<ReadReturn>;
}

/** Marks resources across copies of this module. */
export const RESOURCE_BRAND: symbol = Symbol.for("gomcp.resource");

/** A checked resource, ready to be served. Made by `defineResource`. */
export interface Resource {
  /** The URI, or the template as it was written. */
  readonly uri: string;
  /** The compiled template; undefined for a static resource. */
  readonly template: UriTemplate | undefined;
  /** What the lists show of it. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** The media type of what it gives, unless that says its own. */
  readonly mimeType: string | undefined;
  /** Its own deadline, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Proposals for its variables. */
  readonly complete: Readonly<Record<string, Completer>>;
  /** Reads it. */
  readonly read: ResourceOptions["read"];
  /** Reads it in a tool host; undefined for one that is read here. */
  readonly hosted?: Hosted | undefined;
}

export function isResource(value: unknown): value is Resource {
  return typeof value === "object" && value !== null && RESOURCE_BRAND in value;
}

/** `defineResource`: checks what an author wrote, completely and at once. */
import { readTimeout } from "../base/duration.ts";
import { describeThrown, GomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { annotationsFault } from "../protocol/annotations.ts";
import { parseUriTemplate } from "../protocol/uri_template.ts";
import { checkCompleters } from "../authoring/completion.ts";
import { checkIcons, checkOptionNames, checkTexts } from "../authoring/identity.ts";
import { type Resource, RESOURCE_BRAND, type ResourceOptions } from "./resource.ts";

const KEYS = new Set([
  "uri",
  "name",
  "title",
  "description",
  "mimeType",
  "size",
  "annotations",
  "icons",
  "timeout",
  "complete",
  "read",
]);
const HINTS = new Set(["audience", "priority", "lastModified"]);

/**
 * Makes a resource of an address and a way to read it.
 *
 * @example
 * ```ts
 * import { defineResource } from "gomcp";
 *
 * export const user = defineResource({
 *   uri: "users://{id}",
 *   name: "user",
 *   mimeType: "application/json",
 *   complete: { id: (value) => ["1", "2"].filter((id) => id.startsWith(value)) },
 *   read: ({ variables }) => JSON.stringify({ id: variables.id }),
 * });
 * if (user.template?.match("users://7")?.id !== "7") throw new Error();
 * ```
 *
 * @throws {GomcpError} `invalid_request` naming the resource and what is wrong with it.
 */
export function defineResource(options: ResourceOptions): Resource {
  const uri = isRecord(options) ? options.uri : undefined;
  try {
    return build(options);
  } catch (cause) {
    const what = `Cannot define resource ${JSON.stringify(uri) ?? "without a uri"}`;
    throw new GomcpError("invalid_request", `${what}: ${describeThrown(cause)}`, { cause });
  }
}

function build(options: ResourceOptions): Resource {
  checkOptionNames(options, KEYS);
  const { uri, name, read, timeout, mimeType, complete = {} } = options;
  if (typeof uri !== "string" || !/^[a-z][a-z0-9+.-]*:/i.test(uri)) {
    reject(`its uri is ${kindOf(uri)}, expected a URI with a scheme, such as "files://{name}"`);
  }
  if (uri.length > LIMITS.uriCharsMax) reject(`its uri is longer than ${LIMITS.uriCharsMax}`);
  if (typeof name !== "string" || name === "") reject("its name is missing");
  if (typeof read !== "function") reject(`its read is ${kindOf(read)}, expected function`);
  checkAbout(options);
  const template = uri.includes("{") || uri.includes("}") ? parseUriTemplate(uri) : undefined;
  checkCompleters(complete, template?.variables ?? []);
  const resource: Resource & Record<symbol, unknown> = {
    [RESOURCE_BRAND]: true,
    uri,
    template,
    definition: definitionOf(options, template !== undefined),
    mimeType,
    timeoutMs: readTimeout(timeout),
    complete,
    read,
  };
  return Object.freeze(resource);
}

/** Clients throw away a whole list for one resource of a wrong form. */
function checkAbout(options: ResourceOptions): void {
  const { title, description, mimeType, size, annotations, icons } = options;
  checkTexts({ title, description, mimeType });
  checkIcons(icons);
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
    reject("its size is not a whole number of bytes");
  }
  const fault = annotationsFault(annotations, "annotations");
  if (fault !== undefined) reject(`its ${fault}`);
  const unknown = Object.keys(annotations ?? {}).find((key) => !HINTS.has(key));
  if (unknown !== undefined) {
    reject(`annotation "${unknown}" is not one of ${[...HINTS].join(", ")}`);
  }
}

function definitionOf(
  options: ResourceOptions,
  isTemplate: boolean,
): Readonly<Record<string, unknown>> {
  const { uri, name, title, description, mimeType, size, annotations, icons } = options;
  const definition = {
    ...(isTemplate ? { uriTemplate: uri } : { uri }),
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(mimeType !== undefined && { mimeType }),
    ...(size !== undefined && !isTemplate && { size }),
    ...(annotations !== undefined && { annotations }),
    ...(icons !== undefined && { icons }),
  };
  JSON.stringify(definition);
  return definition;
}

function reject(what: string): never {
  throw new GomcpError("invalid_request", what);
}

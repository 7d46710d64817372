/** Reading a resource and completing its variables, as targets of calls. */
import { encodeBase64 } from "../base/base64.ts";
import { isGomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { Target } from "../pipeline/call.ts";
import { CallContext } from "../authoring/context.ts";
import { answered, failed, type Outcome, refuse } from "../pipeline/outcome.ts";
import { runHosted } from "../authoring/hosted.ts";
import { runHandler } from "../authoring/run_handler.ts";
import { describeThrown } from "../base/errors.ts";
import type { ReadRequest, Resource, ResourceContents } from "./resource.ts";

export function readTarget(resource: Resource, request: ReadRequest, log: Logger): Target {
  const { hosted } = resource;
  const onHosted = (value: unknown) =>
    toOutcome(resource, request.uri, isRecord(value) ? value.contents : value);
  return {
    name: resource.uri,
    timeoutMs: resource.timeoutMs,
    checkArguments: () => ({ ok: true, value: request }),
    run: (call) =>
      hosted !== undefined ? runHosted(call, hosted, onHosted) : runHandler(call, log, {
        start: () => resource.read(request, new CallContext(call, log)),
        onReturn: (returned) => toOutcome(resource, request.uri, returned),
        onThrow: (thrown) => thrownOutcome(request.uri, thrown),
      }),
  };
}

function toOutcome(resource: Resource, uri: string, returned: unknown): Outcome {
  try {
    const contents = contentsOf(resource, uri, returned);
    if (typeof contents === "string") return broken(uri, contents);
    const members = `"contents":${JSON.stringify(contents)}`;
    if (members.length > LIMITS.resultBytesMax) return broken(uri, `${members.length} bytes`);
    return answered(members);
  } catch (thrown) {
    return broken(uri, `what cannot be sent as JSON: ${describeThrown(thrown)}`);
  }
}

/** The contents in MCP's form, or what is wrong with what `read` gave. */
function contentsOf(resource: Resource, uri: string, returned: unknown): unknown[] | string {
  const type = resource.mimeType === undefined ? {} : { mimeType: resource.mimeType };
  if (typeof returned === "string") return [{ uri, ...type, text: returned }];
  if (returned instanceof Uint8Array) return [{ uri, ...type, blob: encodeBase64(returned) }];
  const parts: readonly unknown[] = Array.isArray(returned) ? returned : [returned];
  if (parts.length === 0) return "no contents";
  const wrong = parts.findIndex((part) => !isContents(part));
  if (wrong >= 0) {
    return `${kindOf(parts[wrong])}, expected text, bytes or contents with "text" or "blob"`;
  }
  return (parts as readonly ResourceContents[]).map((part) => ({
    ...part,
    uri: part.uri ?? uri,
    ...(part.mimeType === undefined && type),
  }));
}

function isContents(part: unknown): part is ResourceContents {
  if (!isRecord(part)) return false;
  const isText = (value: unknown) => value === undefined || typeof value === "string";
  return isText(part.uri) && isText(part.mimeType) &&
    (typeof part.text === "string" || typeof part.blob === "string");
}

function broken(uri: string, what: string): Outcome {
  return refuse("tool_error", `Resource "${uri}" gave ${what}`);
}

function thrownOutcome(uri: string, thrown: unknown): Outcome {
  if (isGomcpError(thrown)) {
    const { problem } = thrown;
    // Both eras tell a missing resource by its URI (server/resources: error handling).
    const isMissing = problem.code === "not_found" && problem.uri === undefined;
    return failed(isMissing ? { ...problem, uri } : problem);
  }
  return refuse("tool_error", `Resource "${uri}" failed: ${describeThrown(thrown)}`);
}

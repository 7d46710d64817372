/** An upstream's error as a problem of ours. */
import type { Problem } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import type { Call } from "../pipeline/call.ts";
import { clip } from "../protocol/jsonrpc.ts";
import type { Reply } from "./conversation.ts";

/** Characters of an upstream's own words. */
const DETAIL_CHARS = 1_000;

const RESOURCE_NOT_FOUND = -32002;
const INVALID_PARAMS = -32602;
const CAPABILITY_REQUIRED = -32021;

export function replyProblem(
  { code, message, data }: Extract<Reply, { kind: "error" }>,
  { kind, tool }: Call,
  upstream: string,
): Problem {
  const detail = `Upstream "${upstream}": ${clip(message, DETAIL_CHARS)}`;
  if (code === CAPABILITY_REQUIRED && isRecord(data) && isRecord(data.requiredCapabilities)) {
    return { code: "capability_required", detail, requiredCapabilities: data.requiredCapabilities };
  }
  if (kind === "resource" && (code === RESOURCE_NOT_FOUND || code === INVALID_PARAMS)) {
    return { code: "not_found", detail, uri: tool };
  }
  if (code === INVALID_PARAMS) return { code: "invalid_arguments", detail };
  return { code: "upstream_failed", detail };
}

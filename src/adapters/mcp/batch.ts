/** JSON-RPC batches, which revision 2025-03-26 has and no other. */
import type { Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { DEFAULT_TENANT } from "../../pipeline/call.ts";
import {
  errorText,
  invalidRequest,
  problemToRpc,
  readEnvelope,
  type RpcMessage,
} from "../../protocol/jsonrpc.ts";
import { eraOf } from "../../protocol/eras.ts";
import { MODERN_VERSIONS } from "../../protocol/versions.ts";
import type { OpenBatch } from "../../runtime/batches.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { receive } from "./endpoint.ts";
import type { Exchange, Peer } from "./peer.ts";
import type { Answer } from "./request.ts";

/** Takes every message of a batch; the answers come back as one array, or not at all if there are none. */
export async function receiveBatch(
  runtime: Runtime,
  values: readonly unknown[],
  peer: Peer,
  exchange: Exchange,
): Promise<Answer> {
  if (values.length === 0 || values.length > LIMITS.rpcBatchMax) {
    const text =
      `Cannot take batch: it has ${values.length} messages, expected 1 to ${LIMITS.rpcBatchMax}`;
    const error = invalidRequest(text);
    exchange.httpStatus = error.httpStatus;
    return errorText(undefined, error);
  }
  const opened = await open(runtime, peer, values.filter(isToolCall).map(argumentsOf));
  const refusal = opened !== undefined && "code" in opened ? opened : undefined;
  const batch = opened === undefined || "code" in opened ? undefined : opened;
  try {
    const answers = await Promise.all(values.map((value) => {
      if (refusal !== undefined && isToolCall(value)) return refused(value, refusal, exchange);
      return one(runtime, value, peer, exchange, batch);
    }));
    // What one member lacks is said in its answer: the batch as a whole has been taken.
    exchange.missingScopes = undefined;
    const texts = answers.filter((answer) => answer !== undefined);
    return texts.length === 0 ? undefined : `[${texts.join(",")}]`;
  } finally {
    batch?.end("ok");
  }
}

/** Admitted whole and on record, as batches of other ways in are; without calls there is nothing to it. */
function open(
  runtime: Runtime,
  { adapter, client, access }: Peer,
  args: readonly unknown[],
): OpenBatch | Problem | undefined | Promise<OpenBatch | Problem> {
  if (args.length === 0) return undefined;
  const tenant = access?.tenant ?? DEFAULT_TENANT;
  return runtime.openBatch({ adapter, client, access, tenant }, args);
}

/** What a quota counts of a batch. */
function isToolCall(value: unknown): boolean {
  const envelope = readEnvelope(value);
  if (envelope.kind !== "message" || envelope.message.id === undefined) return false;
  return envelope.message.method === "tools/call";
}

function argumentsOf(call: unknown): unknown {
  return (call as RpcMessage).params?.arguments ?? {};
}

/** All calls of a batch run, or none of them. */
function refused(value: unknown, problem: Problem, exchange: Exchange): Answer {
  if (problem.retryAfterMs !== undefined) exchange.retryAfterMs = problem.retryAfterMs;
  return errorText((value as RpcMessage).id, problemToRpc(problem));
}

function one(
  runtime: Runtime,
  value: unknown,
  peer: Peer,
  exchange: Exchange,
  batch: OpenBatch | undefined,
): Answer | Promise<Answer> {
  const envelope = readEnvelope(value);
  if (envelope.kind === "response") return peer.questions.take(envelope.message) as undefined;
  if (envelope.kind === "invalid") return errorText(envelope.id, envelope.error);
  const { message } = envelope;
  const refusal = message.id === undefined ? undefined : refuseMember(message);
  if (refusal !== undefined) return errorText(message.id, invalidRequest(refusal));
  return receive(runtime, message, peer, exchange, batch);
}

/** Why a request may not be in a batch. */
function refuseMember(message: RpcMessage): string | undefined {
  if (message.method === "initialize") {
    return "Cannot take batch: initialize stands alone (2025-03-26, lifecycle)";
  }
  // Its headers could not repeat it, and no end of a response would be its own.
  if (eraOf(message).name === "legacy") return undefined;
  return `Cannot take batch: a request of ${MODERN_VERSIONS[0]} stands alone (transports)`;
}

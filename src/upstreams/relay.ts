/** One call of ours as requests to an upstream: translated into its era, its questions put to our client. */
import { EXAMPLES } from "../authoring/ask.ts";
import type { HostReply } from "../authoring/hosted.ts";
import { GomcpError, isGomcpError, type Problem } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { answerCheck } from "../authoring/ask.ts";
import type { Call } from "../pipeline/call.ts";
import type { InputRequest } from "../pipeline/input.ts";
import { CAPABILITIES_KEY, LOG_LEVEL_KEY } from "../protocol/modern.ts";
import type { Conversation, Reply, RequestOptions } from "./conversation.ts";
import { replyProblem } from "./reply_problem.ts";

type Values = Readonly<Record<string, unknown>>;

/** A call as the upstream is to get it. */
export interface RelayedRequest extends Pick<RequestOptions, "name" | "headers"> {
  readonly method: "tools/call" | "resources/read" | "prompts/get" | "completion/complete";
  readonly params: Values;
}

/** What a call is sent by. */
export interface RelayOptions {
  readonly conversation: Conversation;
  /** What each modern request says of us; undefined for a legacy upstream. */
  readonly meta: Values | undefined;
  /** As people know the upstream, for messages. */
  readonly upstream: string;
}

/** Rounds of questions that one call may have. */
const ROUNDS_MAX = 32;

/** Never rejects. */
export async function relay(
  call: Call,
  { method, params, ...about }: RelayedRequest,
  { conversation, meta, upstream }: RelayOptions,
): Promise<HostReply> {
  const options: RequestOptions = { ...about, call };
  const own = meta === undefined ? undefined : metaOf(meta, call);
  const _meta = call.trace === undefined ? own : { ...own, ...call.trace };
  const sent = _meta === undefined ? params : { ...params, _meta };
  let answers: Values = {};
  const taken = new Set<string>();
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const reply = await conversation.request(method, { ...sent, ...answers }, options);
    if (!wantsInput(reply)) return replyOf(reply, call, upstream);
    const given = await answerAll(call, reply.result, taken);
    if ("problem" in given) return { kind: "problem", problem: given.problem };
    answers = given.answers;
    if (call.stopped !== undefined) return { kind: "problem", problem: call.stopped };
  }
  const detail = `Upstream "${upstream}" asked more than ${ROUNDS_MAX} times`;
  return { kind: "problem", problem: { code: "upstream_failed", detail } };
}

/** Puts one question to the client of a call. */
export async function putQuestion(
  { asker }: Call,
  key: string,
  request: InputRequest,
): Promise<unknown> {
  if (asker === undefined) {
    throw new GomcpError("capability_required", "Cannot ask: this caller cannot be asked");
  }
  return await asker.ask(key, request, answerCheck(request));
}

function replyOf(reply: Reply, call: Call, upstream: string): HostReply {
  if (reply.kind === "result") return { kind: "value", value: reply.result };
  if (reply.kind === "problem") return { kind: "problem", problem: named(reply.problem, upstream) };
  return { kind: "problem", problem: replyProblem(reply, call, upstream) };
}

/** What ends a call of ours has its own words. */
function named(problem: Problem, upstream: string): Problem {
  if (problem.code !== "upstream_failed") return problem;
  return { ...problem, detail: `Upstream "${upstream}" failed: ${problem.detail}` };
}

function wantsInput(reply: Reply): reply is Extract<Reply, { kind: "result" }> {
  return reply.kind === "result" && reply.result.resultType === "input_required";
}

/** A modern request declares what its own client can be asked, and nothing else. */
function metaOf(meta: Values, { asker, onEvent }: Call): Values {
  const can = (what: keyof typeof EXAMPLES) => asker?.can(EXAMPLES[what]) === true;
  const modes = { ...(can("form") && { form: {} }), ...(can("url") && { url: {} }) };
  const capabilities = {
    ...(Object.keys(modes).length > 0 && { elicitation: modes }),
    ...(can("sample") && { sampling: samplingOf(asker!) }),
    ...(can("roots") && { roots: {} }),
  };
  // Whoever listens says itself what is grave enough.
  const level = onEvent === undefined ? {} : { [LOG_LEVEL_KEY]: "debug" };
  return { ...meta, [CAPABILITIES_KEY]: capabilities, ...level };
}

function samplingOf(asker: NonNullable<Call["asker"]>): Values {
  const can = (params: Values) => asker.can({ method: "sampling/createMessage", params });
  return {
    ...(can({ tools: [] }) && { tools: {} }),
    ...(can({ includeContext: "thisServer" }) && { context: {} }),
  };
}

type Answered = { readonly answers: Values } | { readonly problem: Problem };

/** All questions are put at once, so that a client that must come again is asked all of them. */
async function answerAll(call: Call, result: Values, taken: Set<string>): Promise<Answered> {
  const { inputRequests, requestState } = result;
  const wanted = isRecord(inputRequests) ? Object.entries(inputRequests) : [];
  const settled = await Promise.allSettled(wanted.map(([key, request]) => {
    if (!isQuestion(request)) {
      throw new GomcpError("upstream_failed", "It asks what is no question");
    }
    return putQuestion(call, keyOf(key, taken), request);
  }));
  const failed = settled.find((each) => each.status === "rejected");
  if (failed !== undefined) return { problem: problemOf(failed.reason) };
  const answers = settled.map((each) => (each as PromiseFulfilledResult<unknown>).value);
  return {
    answers: {
      inputResponses: Object.fromEntries(wanted.map(([key], at) => [key, answers[at]])),
      ...(requestState !== undefined && { requestState }),
    },
  };
}

/** A later round may use a key again, for another question. */
function keyOf(key: string, taken: Set<string>): string {
  let name = key;
  for (let again = 2; taken.has(name); again++) name = `${key}-${again}`;
  taken.add(name);
  return name;
}

function isQuestion(request: unknown): request is InputRequest {
  return isRecord(request) && typeof request.method === "string" && isRecord(request.params ?? {});
}

function problemOf(thrown: unknown): Problem {
  if (isGomcpError(thrown)) return thrown.problem;
  // The client comes again with the answers: what the call came to is not looked at.
  return { code: "cancelled", detail: "The call waits for an answer of its client" };
}

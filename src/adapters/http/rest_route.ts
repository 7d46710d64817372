/** The REST API: /v1/tools, one tool, a call, a batch; for curl, scripts and other languages. */
import { CODE_TABLE } from "../../base/code_table.ts";
import { describeThrown, type Problem, problemDocument } from "../../base/errors.ts";
import { parseMessage } from "../../base/json_depth.ts";
import { isRecord, kindOf, quoted } from "../../base/json.ts";
import { Call, type CallOptions, type ClientInfo, DEFAULT_TENANT } from "../../pipeline/call.ts";
import type { RateReading } from "../../pipeline/rate.ts";
import { resultJson, type ToolOutcome } from "../../pipeline/outcome.ts";
import { readTrace, type TraceContext } from "../../pipeline/trace.ts";
import { clip } from "../../protocol/jsonrpc.ts";
import type { BatchItemResult, BatchReport, ProcessBatchOptions } from "../../runtime/batches.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { readBatch, type RestBatch } from "./rest_batch.ts";
import { RestStream, takesEvents } from "./rest_stream.ts";
import { type BodyReader, bodyStatus } from "./body_reader.ts";
import { watchDisconnect } from "./disconnect.ts";
import type { Incoming } from "./incoming.ts";
import { rateFields } from "./rate_fields.ts";
import { jsonText, problemResponse } from "./respond.ts";
import { accepted, prefersAsync } from "./rest_tasks.ts";

const GONE = "The client closed the connection";

export class RestRoute {
  readonly #runtime: Runtime;
  readonly #bodies: BodyReader;

  constructor(runtime: Runtime, bodies: BodyReader) {
    this.#runtime = runtime;
    this.#bodies = bodies;
  }

  /** GET /v1/tools?cursor=…&limit=… */
  list(url: URL, client: ClientInfo): Response {
    return this.#limited(client, (rates) => this.#page(url, client, rates));
  }

  #page(url: URL, client: ClientInfo, rates: readonly RateReading[] | undefined): Response {
    const cursor = url.searchParams.get("cursor") ?? undefined;
    const limit = readLimit(url.searchParams.get("limit"));
    if (limit === null) return invalid('"limit" is a number from 1 to 1000', "/limit");
    const page = this.#runtime.viewFor(client.access).tools.page(cursor, limit);
    if (page === undefined) return invalid('"cursor" is none that this server gave', "/cursor");
    const tools = page.items.map((entry) => entry.json.modern).join(",");
    const next = page.nextCursor === undefined ? "" : `,"nextCursor":"${page.nextCursor}"`;
    return this.#json(`{"tools":[${tools}]${next}}`, rates);
  }

  /** GET /v1/tools/{name} */
  get(name: string, client: ClientInfo): Response {
    return this.#limited(client, (rates) => {
      const entry = this.#runtime.viewFor(client.access).tools.entry(name);
      if (entry !== undefined) return this.#json(entry.json.modern, rates);
      const detail = `Unknown tool: "${clip(name)}"`;
      return problemResponse({ code: "unknown_tool", detail }, rateFields(rates));
    });
  }

  /** The definitions of tools, unless the client asks for them too often: as `tools/list` of MCP. */
  #limited(
    client: ClientInfo,
    answer: (rates: readonly RateReading[] | undefined) => Response,
  ): Response {
    const limiter = this.#runtime.rates;
    if (limiter === undefined) return answer(undefined);
    const rates: RateReading[] = [];
    const subject = {
      operation: "list",
      name: "tools/list",
      tenant: client.access?.tenant ?? DEFAULT_TENANT,
      client,
    } as const;
    const problem = limiter.checkRate(subject, rates);
    return problem === undefined ? answer(rates) : problemResponse(problem, rateFields(rates));
  }

  /** POST /v1/tools/call {"tool", "arguments"?} */
  async call(incoming: Incoming): Promise<Response> {
    const { request, client } = incoming;
    const body = readObject(await this.#bodies.read(incoming));
    if (!("value" in body)) return refuseBody(body);
    const { tool, arguments: args } = body.value;
    if (typeof tool !== "string") {
      return invalid(`"tool" is the name of a tool, this is ${kindOf(tool)}`, "/tool");
    }
    const options = { tool, args: args ?? {}, adapter: "rest", client } as const;
    const { headers } = incoming;
    const trace = headers.traceparent === null ? undefined : readTrace({ ...headers });
    if (prefersAsync(headers)) return await this.#callTask(request, options, trace);
    if (takesEvents(headers)) return this.#callStreamed(request, options, trace);
    const call = new Call(options);
    call.trace = trace;
    const answer = this.#runtime.handle(call);
    const settled = answer instanceof Promise
      ? await untilGone(request, answer, () => call.cancel(GONE))
      : answer;
    return this.#outcome(settled as ToolOutcome, call); // nobody is asked over REST
  }

  /** Where there are no tasks, the wish is not granted (RFC 7240 section 2). */
  async #callTask(
    request: Request,
    options: CallOptions,
    trace: TraceContext | undefined,
  ): Promise<Response> {
    const call = new Call(options);
    call.trace = trace;
    const answer = this.#runtime.tasks?.handle(call, true) ?? this.#runtime.handle(call);
    const settled = await untilGone(request, Promise.resolve(answer), () => call.cancel(GONE));
    if (settled.kind === "task") return accepted(settled.task, call.rates);
    return this.#outcome(settled as ToolOutcome, call);
  }

  #outcome(outcome: ToolOutcome, { rates }: Call): Response {
    return outcome.kind === "problem"
      ? problemResponse(outcome.problem, rateFields(rates))
      : this.#json(resultJson(outcome), rates);
  }

  /** Events "progress" and "log" as they come, then "result" or "problem". */
  #callStreamed(
    request: Request,
    options: CallOptions,
    trace: TraceContext | undefined,
  ): Promise<Response> {
    const { clock } = this.#runtime;
    const onLost = () => call.cancel(GONE);
    const stream = new RestStream({ clock, onLost, headers: () => rateFields(call.rates) });
    const call: Call = new Call({ ...options, onEvent: stream.tell });
    call.trace = trace;
    const run = async () => {
      const answer = Promise.resolve(this.#runtime.handle(call));
      const outcome = await untilGone(request, answer, onLost) as ToolOutcome;
      call.onEvent = undefined;
      const streamed = outcome.kind === "problem"
        ? stream.end("problem", JSON.stringify(problemDocument(outcome.problem)))
        : stream.end("result", resultJson(outcome));
      return streamed ? undefined : this.#outcome(outcome, call);
    };
    return stream.respond(run());
  }

  /** POST /v1/tools/batch {"requests": [{"id"?, "tool", "arguments"?}], "parallel"?, …} */
  async batch(incoming: Incoming): Promise<Response> {
    const { request, client } = incoming;
    const body = readObject(await this.#bodies.read(incoming));
    if (!("value" in body)) return refuseBody(body);
    const batch = readBatch(body.value);
    if ("code" in batch) return problemResponse(batch);
    if (takesEvents(incoming.headers)) return this.#batchStreamed(request, client, batch);
    const report = await this.#run(request, client, batch);
    if ("code" in report) return problemResponse(report);
    const results = report.results.map((item) => itemJson(item));
    return this.#json(`{"results":[${results.join(",")}]}`, report.rates);
  }

  /** Events "result" as calls end, then "end". */
  #batchStreamed(request: Request, client: ClientInfo, batch: RestBatch): Promise<Response> {
    const { clock } = this.#runtime;
    const lost = new AbortController();
    const onLost = () => lost.abort();
    const stream = new RestStream({ clock, onLost, headers: () => undefined });
    const onResult = (item: BatchItemResult) =>
      stream.send("result", itemJson(item, `,"index":${item.index}`));
    const run = async () => {
      const more = { onResult, signal: lost.signal };
      const report = await this.#run(request, client, batch, more);
      if ("code" in report) return problemResponse(report);
      stream.end("end", `{"results":${report.results.length}}`);
      return undefined;
    };
    return stream.respond(run());
  }

  #run(
    request: Request,
    client: ClientInfo,
    batch: RestBatch,
    more?: ProcessBatchOptions,
  ): Promise<BatchReport | Problem> {
    const gone = new AbortController();
    const signal = more?.signal === undefined
      ? gone.signal
      : AbortSignal.any([gone.signal, more.signal]);
    const { deadlineMs } = batch;
    const options = { ...more, adapter: "rest", client, deadlineMs, signal } as const;
    const answer = this.#runtime.processBatch(batch, options);
    return untilGone(request, answer, () => gone.abort());
  }

  #json(text: string, rates?: readonly RateReading[]): Response {
    return jsonText(text, this.#runtime.clock, rateFields(rates));
  }
}

/** A client that leaves does not want the rest. */
async function untilGone<T>(
  request: Request,
  answer: Promise<T>,
  onGone: () => void,
): Promise<T> {
  let settled = false;
  watchDisconnect(request, () => settled, onGone);
  try {
    return await answer;
  } finally {
    settled = true;
  }
}

function readObject(
  text: string | Problem,
): { readonly value: Record<string, unknown> } | Problem {
  if (typeof text !== "string") return text;
  let value: unknown;
  try {
    value = parseMessage(text);
  } catch (error) {
    const reason = clip(describeThrown(error), 200);
    return { code: "parse_error", detail: `Cannot parse body: ${reason}` };
  }
  if (isRecord(value)) return { value };
  return {
    code: "invalid_request",
    detail: `Cannot take request: the body is ${kindOf(value)}, expected object`,
    pointer: "",
  };
}

/** A body that was not read ends the connection; clients must be told. */
function refuseBody(problem: Problem): Response {
  const wasRead = problem.code === "parse_error" || problem.code === "invalid_request";
  return problemResponse(problem, wasRead ? {} : { connection: "close" }, bodyStatus(problem));
}

function readLimit(text: string | null): number | undefined | null {
  if (text === null) return undefined;
  const limit = Number(text);
  return Number.isInteger(limit) && limit >= 1 && limit <= 1000 ? limit : null;
}

function invalid(what: string, pointer: string): Response {
  return problemResponse({
    code: "invalid_request",
    detail: `Cannot take request: ${what}`,
    pointer,
  });
}

/** `place` is more members, for items that come out of order. */
function itemJson({ id, outcome, durationMs }: BatchItemResult, place = ""): string {
  const idJson = typeof id === "number" ? String(id) : quoted(id);
  const head = `{"id":${idJson}${place},"durationMs":${roundedText(durationMs)}`;
  if (outcome.kind !== "problem") {
    return `${head},"status":200,"result":${resultJson(outcome)}}`;
  }
  const { http } = CODE_TABLE[outcome.problem.code];
  return `${head},"status":${http},"problem":${JSON.stringify(problemDocument(outcome.problem))}}`;
}

/** Milliseconds to the microsecond, as JSON: of whole numbers, since fractions take long to write. */
function roundedText(ms: number): string {
  const us = Math.max(0, Math.round(ms * 1_000));
  const rest = us % 1_000;
  if (rest === 0) return String(us / 1_000);
  const zeros = rest < 10 ? "00" : rest < 100 ? "0" : "";
  return `${(us - rest) / 1_000}.${zeros}${rest}`;
}

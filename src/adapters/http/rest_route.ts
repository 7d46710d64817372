/** The REST API: /v1/tools, one tool, a call, a batch; for curl, scripts and other languages. */
import { CODE_TABLE } from "../../base/code_table.ts";
import { describeThrown, type Problem, problemDocument } from "../../base/errors.ts";
import { parseMessage } from "../../base/json_depth.ts";
import { isRecord, kindOf } from "../../base/json.ts";
import { Call, type ClientInfo, DEFAULT_TENANT } from "../../pipeline/call.ts";
import type { RateReading } from "../../pipeline/rate.ts";
import type { BatchTicket } from "../../pipeline/ticket.ts";
import { resultJson, type ToolOutcome } from "../../pipeline/outcome.ts";
import { clip } from "../../protocol/jsonrpc.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { type Batch, type BatchItem, readBatch } from "./rest_batch.ts";
import { type BodyReader, bodyStatus } from "./body_reader.ts";
import { watchDisconnect } from "./disconnect.ts";
import { rateFields } from "./rate_fields.ts";
import { jsonText, problemResponse } from "./respond.ts";

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
  async call(request: Request, client: ClientInfo): Promise<Response> {
    const body = readObject(await this.#bodies.read(request, client));
    if (!("value" in body)) return refuseBody(body);
    const { tool, arguments: args } = body.value;
    if (typeof tool !== "string") {
      return invalid(`"tool" is the name of a tool, this is ${kindOf(tool)}`, "/tool");
    }
    const call = new Call({ tool, args: args ?? {}, adapter: "rest", client });
    const answer = this.#runtime.handle(call);
    const settled = answer instanceof Promise ? await untilGone(request, [call], answer) : answer;
    const outcome = settled as ToolOutcome; // nobody is asked over REST
    return outcome.kind === "problem"
      ? problemResponse(outcome.problem, rateFields(call.rates))
      : this.#json(resultJson(outcome), call.rates);
  }

  /** POST /v1/tools/batch {"requests": [{"id"?, "tool", "arguments"?}], "parallel"?} */
  async batch(request: Request, client: ClientInfo): Promise<Response> {
    const body = readObject(await this.#bodies.read(request, client));
    if (!("value" in body)) return refuseBody(body);
    const batch = readBatch(body.value);
    if ("code" in batch) return problemResponse(batch);
    const opened = await this.#runtime.openBatch(client.access, batch.items.length);
    if (opened !== undefined && "code" in opened) return problemResponse(opened);
    try {
      return await this.#run(request, client, batch, opened?.ticket);
    } finally {
      opened?.end();
    }
  }

  async #run(
    request: Request,
    client: ClientInfo,
    batch: Batch,
    ticket: BatchTicket | undefined,
  ): Promise<Response> {
    const calls = batch.items.map(({ tool, args, id }) =>
      new Call({ tool, args, id, adapter: "rest", client, ticket })
    );
    const options = batch.parallel === undefined ? {} : { parallel: batch.parallel };
    const answer = this.#runtime.callBatch(calls, options);
    const outcomes = await untilGone(request, calls, answer);
    const results = batch.items.map((item, index) =>
      itemJson(item, outcomes[index]! as ToolOutcome)
    );
    // The last call found what all of them had left.
    const { rates } = calls.findLast((call) => call.rates !== undefined) ?? calls[0]!;
    return this.#json(`{"results":[${results.join(",")}]}`, rates);
  }

  #json(text: string, rates?: readonly RateReading[]): Response {
    return jsonText(text, this.#runtime.clock, rateFields(rates));
  }
}

/** A client that leaves does not want the rest. */
async function untilGone<T>(
  request: Request,
  calls: readonly Call[],
  answer: Promise<T>,
): Promise<T> {
  let settled = false;
  watchDisconnect(request, () => settled, () => calls.forEach((call) => call.cancel(GONE)));
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

function itemJson(item: BatchItem, outcome: ToolOutcome): string {
  const id = JSON.stringify(item.id);
  if (outcome.kind !== "problem") {
    return `{"id":${id},"status":200,"result":${resultJson(outcome)}}`;
  }
  const { http } = CODE_TABLE[outcome.problem.code];
  const problem = JSON.stringify(problemDocument(outcome.problem));
  return `{"id":${id},"status":${http},"problem":${problem}}`;
}

/** The body of POST /v1/tools/batch: refused whole, with a pointer, when any part of it is wrong. */
import type { Problem } from "../../base/errors.ts";
import { isRecord, kindOf } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";

export interface BatchItem {
  readonly id: string | number;
  readonly tool: string;
  readonly args: unknown;
}

export interface Batch {
  readonly items: readonly BatchItem[];
  /** How many at once; undefined for as many as workers allow. */
  readonly parallel: number | undefined;
}

/** Reads {"requests": […], "parallel"?: true | false | N}; without `parallel`, one after another. */
export function readBatch(body: Record<string, unknown>): Batch | Problem {
  const { requests, parallel = false } = body;
  if (!Array.isArray(requests)) {
    return refuse(`"requests" is ${kindOf(requests)}, expected array`, "/requests");
  }
  if (requests.length === 0) return refuse('"requests" is empty', "/requests");
  if (requests.length > LIMITS.batchItemsMax) return tooMany(requests.length);
  const width = readParallel(parallel);
  if (width === null) {
    return refuse('"parallel" is true, false or a number of at least 1', "/parallel");
  }
  const items: BatchItem[] = [];
  const ids = new Set<string | number>();
  for (const [index, request] of requests.entries()) {
    const item = readItem(request, index);
    if ("code" in item) return item;
    if (ids.has(item.id)) {
      return refuse(`the id ${JSON.stringify(item.id)} stands twice`, `/requests/${index}/id`);
    }
    ids.add(item.id);
    items.push(item);
  }
  return { items, parallel: width };
}

function readItem(request: unknown, index: number): BatchItem | Problem {
  const at = `/requests/${index}`;
  if (!isRecord(request)) return refuse(`an item is ${kindOf(request)}, expected object`, at);
  const { id = String(index), tool } = request;
  const args = request.arguments ?? {};
  if (typeof tool !== "string") {
    return refuse(`"tool" is ${kindOf(tool)}, expected the name of a tool`, `${at}/tool`);
  }
  if (typeof id === "string" && id.length <= LIMITS.requestIdCharsMax) return { id, tool, args };
  if (typeof id === "number" && Number.isSafeInteger(id)) return { id, tool, args };
  return refuse('"id" is a short string or an integer', `${at}/id`);
}

function readParallel(parallel: unknown): number | undefined | null {
  if (parallel === true) return undefined;
  if (parallel === false) return 1;
  return Number.isInteger(parallel) && (parallel as number) >= 1 ? parallel as number : null;
}

function tooMany(count: number): Problem {
  const limit = LIMITS.batchItemsMax;
  return {
    code: "too_large",
    detail: `Cannot take batch: it has ${count} requests, expected at most ${limit}`,
    pointer: "/requests",
    limit,
  };
}

function refuse(what: string, pointer: string): Problem {
  return { code: "invalid_request", detail: `Cannot take batch: ${what}`, pointer };
}

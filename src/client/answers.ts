/** The server's answers as the SDK gives them; what has another form is no answer of gomcp's. */
import { isRecord } from "../base/json.ts";
import { badAnswer, errorOfProblem } from "./errors.ts";
import type { ToolPage } from "./tool_list.ts";
import { readJson } from "./transport.ts";
import type { BatchResult, CallResult, Task, ToolInfo } from "./types.ts";

/** The data of an event. */
export function parseData(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw badAnswer("an event is no JSON");
  }
}

export async function readTool(response: Response): Promise<ToolInfo> {
  return checkTool(await readJson(response));
}

export async function readPage(response: Response): Promise<ToolPage> {
  const page = await readJson(response);
  if (!isRecord(page) || !Array.isArray(page.tools)) throw badAnswer("it is no list of tools");
  page.tools.forEach(checkTool);
  return page as unknown as ToolPage;
}

export function checkResult(value: unknown): CallResult {
  if (isRecord(value) && Array.isArray(value.content)) return value as unknown as CallResult;
  throw badAnswer("it is no result of a tool");
}

export async function readResults(response: Response): Promise<BatchResult[]> {
  const answer = await readJson(response);
  if (!isRecord(answer) || !Array.isArray(answer.results)) throw badAnswer("it is no batch");
  return answer.results.map((item, index) => readItem(item, index));
}

/** One call of a batch; a stream says its place, a list has it there. */
export function readItem(item: unknown, place?: number): BatchResult {
  if (!isRecord(item)) throw badAnswer("an item of the batch is no object");
  const { id, index = place, durationMs, result, problem } = item;
  if (typeof index !== "number" || typeof durationMs !== "number") {
    throw badAnswer("an item of the batch has no place, or no duration");
  }
  const known = { id: id as string | number, index, durationMs };
  if (problem === undefined) return { ...known, ok: true, result: checkResult(result) };
  const status = typeof item.status === "number" ? item.status : undefined;
  return { ...known, ok: false, error: errorOfProblem(problem, status) };
}

export function checkTask(value: unknown): Task {
  if (isRecord(value) && typeof value.taskId === "string") return value as unknown as Task;
  throw badAnswer("it is no task");
}

export function checkTool(value: unknown): ToolInfo {
  if (isRecord(value) && typeof value.name === "string") return value as unknown as ToolInfo;
  throw badAnswer("it is no tool");
}

/** Tasks over REST: what `Prefer: respond-async` is answered, and /v1/tasks/{id}. */
import { isGomcpError, type Problem, problemDocument } from "../../base/errors.ts";
import type { RateReading } from "../../pipeline/rate.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import {
  isOver,
  ownerOf,
  showDetails,
  type Task,
  type TaskOwner,
  type Tasks,
} from "../../runtime/tasks.ts";
import type { HeaderFields } from "./header_fields.ts";
import type { Incoming } from "./incoming.ts";
import { rateFields } from "./rate_fields.ts";
import { jsonText, problemResponse } from "./respond.ts";
import { RestStream, takesEvents } from "./rest_stream.ts";

export const TASKS_PATH = "/v1/tasks/";

const UNKNOWN: Problem = { code: "not_found", detail: "Unknown task" };

/** Whether the client wants a task in place of the result (RFC 7240 section 4.1). */
export function prefersAsync({ prefer }: HeaderFields): boolean {
  if (prefer === null) return false;
  return prefer.split(",").some((each) => /^\s*respond-async\s*(;|$)/i.test(each));
}

/** 202: where the task is, and what is known of it (RFC 9110 section 15.3.3). */
export function accepted(task: Task, rates: readonly RateReading[] | undefined): Response {
  const headers = {
    "content-type": "application/json",
    "location": TASKS_PATH + task.id,
    "preference-applied": "respond-async",
    ...rateFields(rates),
  };
  return new Response(taskJson(task), { status: 202, headers });
}

/** A task as MCP has it, with problems as REST has them. */
function taskJson(task: Task): string {
  const { error: _, ...shown } = showDetails(task);
  const { problem } = task;
  return JSON.stringify(
    problem === undefined ? shown : { ...shown, problem: problemDocument(problem) },
  );
}

export class RestTasks {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** GET /v1/tasks/{id}; with Accept: text/event-stream, events "task" until it has ended. */
  get(id: string, incoming: Incoming): Promise<Response> {
    const owner = ownerOf(incoming.client.access);
    return this.#answer(
      (tasks) => tasks.get(id, owner),
      takesEvents(incoming.headers) ? () => this.#stream(id, owner) : undefined,
    );
  }

  /** POST /v1/tasks/{id}/cancel */
  cancel(id: string, incoming: Incoming): Promise<Response> {
    return this.#answer((tasks) => tasks.cancel(id, ownerOf(incoming.client.access)));
  }

  /** A task of somebody else's is one that is not. */
  async #answer(
    action: (tasks: Tasks) => Promise<Task | undefined>,
    show: (task: Task) => Response | Promise<Response> = (task) =>
      jsonText(taskJson(task), this.#runtime.clock),
  ): Promise<Response> {
    const { tasks } = this.#runtime;
    try {
      const task = tasks && await action(tasks);
      return await (task === undefined ? problemResponse(UNKNOWN) : show(task));
    } catch (thrown) {
      if (!isGomcpError(thrown)) throw thrown;
      return problemResponse(thrown.problem);
    }
  }

  #stream(id: string, owner: TaskOwner): Promise<Response> {
    const { clock, tasks } = this.#runtime;
    let stop = () => {};
    const onLost = () => stop();
    const stream = new RestStream({ clock, onLost, headers: () => undefined });
    const last = new Promise<Response | undefined>((resolve) => {
      stop = tasks!.watch(id, owner, (task) => {
        if (task !== undefined && !isOver(task)) return stream.send("task", taskJson(task));
        stop();
        if (task !== undefined) stream.send("task", taskJson(task));
        resolve(stream.end("end", "{}") ? undefined : problemResponse(UNKNOWN));
      });
    });
    return stream.respond(last);
  }
}

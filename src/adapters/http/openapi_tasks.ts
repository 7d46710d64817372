/** What /openapi.json says of tasks. */
import { TASK_STATUSES } from "../../runtime/tasks.ts";

type Json = Readonly<Record<string, unknown>>;

/** What a call that becomes a task is told, and answered. */
export const CALL_TASKS =
  "With Prefer: respond-async, the call goes on as a task, which outlives its request: 202 says " +
  "where it is.";
export const PREFER: Json = { name: "Prefer", in: "header", schema: { type: "string" } };
export const ACCEPTED: Json = {
  description: "It goes on as a task.",
  headers: { location: { schema: { type: "string" } } },
  content: { "application/json": { schema: { $ref: "#/components/schemas/Task" } } },
};

export const TASK_EVENTS =
  "With Accept: text/event-stream, the task comes as it is and whenever it changes, as event " +
  '"task"; the last event, after it has ended, is "end".';
export const TASK_ID: Json = {
  name: "id",
  in: "path",
  required: true,
  schema: { type: "string" },
};

export const TASK: Json = {
  type: "object",
  required: ["taskId", "status", "createdAt", "lastUpdatedAt", "ttlMs", "pollIntervalMs"],
  properties: {
    taskId: { type: "string" },
    status: { enum: TASK_STATUSES },
    statusMessage: { type: "string" },
    createdAt: { type: "string", format: "date-time" },
    lastUpdatedAt: { type: "string", format: "date-time" },
    ttlMs: { type: "integer", description: "How long it is kept after its beginning." },
    pollIntervalMs: { type: "integer", description: "How often it may be asked for." },
    result: { $ref: "#/components/schemas/CallResult" },
    problem: { $ref: "#/components/schemas/Problem" },
    inputRequests: { type: "object", description: "What it asks a client of MCP." },
  },
};

/** The method table: what each era knows. What is not here is answered with -32601. */
import { rememberLast } from "../base/remember_last.ts";

/** What a call is of. */
export type CallKind = "tool" | "resource" | "prompt" | "completion";

/** Which era has a method, and which of its parameters the `Mcp-Name` header mirrors. */
export interface MethodRow {
  readonly modern: boolean;
  readonly legacy: boolean;
  /** The parameter that `Mcp-Name` repeats (2026-07-28, transports: standard headers). */
  readonly nameParam?: string;
}

const BOTH = { modern: true, legacy: true } as const;
const LEGACY_ONLY = { modern: false, legacy: true } as const;
const MODERN_ONLY = { modern: true, legacy: false } as const;

/** Requests, each of which gets exactly one answer. */
export const REQUESTS = {
  "initialize": LEGACY_ONLY,
  "ping": LEGACY_ONLY,
  "logging/setLevel": LEGACY_ONLY,
  "server/discover": MODERN_ONLY,
  "tools/list": BOTH,
  "tools/call": { ...BOTH, nameParam: "name" },
  "resources/list": BOTH,
  "resources/templates/list": BOTH,
  "resources/read": { ...BOTH, nameParam: "uri" },
  "resources/subscribe": LEGACY_ONLY,
  "resources/unsubscribe": LEGACY_ONLY,
  "subscriptions/listen": MODERN_ONLY,
  "prompts/list": BOTH,
  "prompts/get": { ...BOTH, nameParam: "name" },
  "completion/complete": BOTH,
  "tasks/get": { ...MODERN_ONLY, nameParam: "taskId" },
  "tasks/update": { ...MODERN_ONLY, nameParam: "taskId" },
  "tasks/cancel": { ...MODERN_ONLY, nameParam: "taskId" },
} as const satisfies Record<string, MethodRow>;

export type RequestMethod = keyof typeof REQUESTS;

const ROWS: ReadonlyMap<string, MethodRow> = new Map(Object.entries(REQUESTS));

/** The row of a request method, or undefined for what is not one. */
export const requestRow: (method: string) => MethodRow | undefined = rememberLast(
  (method) => ROWS.get(method),
);

/** Tells a running request to stop; the one notification that changes anything. */
export const CANCELLED = "notifications/cancelled";

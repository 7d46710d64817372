/** Which answers a server owes for what it was sent, worked out from the text of MCP alone; and its account. */
import { assert, assertEquals } from "@std/assert";
import { type Id, LEGACY, VERSION_KEY } from "../mcp.ts";

type Json = Readonly<Record<string, unknown>>;

/** What one value on the wire demands. */
export interface Owed {
  /** The ids of requests, and of what is none but has an id that can be sent back. */
  readonly ids: readonly Id[];
  /** Errors without an id, for what has none that could be sent back. */
  readonly anonymous: number;
  /** Requests that the client does not want to be answered any more. */
  readonly cancelled: readonly Id[];
}

const NOTHING: Owed = { ids: [], anonymous: 0, cancelled: [] };
const ANONYMOUS: Owed = { ids: [], anonymous: 1, cancelled: [] };
const BATCH_MAX = 100;

/** Adds up what is owed for a body or a line; `batches` says whether arrays are taken. */
export function owedFor(text: string, batches: boolean): Owed {
  const value = parse(text);
  if (value === undefined) return ANONYMOUS;
  if (!Array.isArray(value)) return owedForOne(value);
  if (!batches || value.length === 0 || value.length > BATCH_MAX) return ANONYMOUS;
  const parts = value.map(owedForOne);
  return {
    ids: parts.flatMap(({ ids }) => ids),
    anonymous: parts.reduce((sum, { anonymous }) => sum + anonymous, 0),
    cancelled: parts.flatMap(({ cancelled }) => cancelled),
  };
}

function parse(text: string): unknown {
  try {
    const value = JSON.parse(text);
    return text.length > SHORT_CHARS && isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** What is nested deeper is refused before it is parsed, unless it is short: nobody knows its id. */
const DEPTH_MAX = 64;
const SHORT_CHARS = 1_024;

function isTooDeep(value: unknown): boolean {
  const isHolder = (each: unknown) => typeof each === "object" && each !== null;
  let holders = [value].filter(isHolder);
  for (let depth = 1; holders.length > 0; depth++) {
    if (depth > DEPTH_MAX) return true;
    holders = holders.flatMap((each) => Object.values(each as object)).filter(isHolder);
  }
  return false;
}

function owedForOne(value: unknown): Owed {
  if (!isObject(value)) return ANONYMOUS;
  const { jsonrpc, id, method, params } = value;
  const usable = isId(id);
  const complaint = usable ? { ...NOTHING, ids: [normal(id)] } : ANONYMOUS;
  if (jsonrpc !== "2.0" || (id !== undefined && !usable)) return complaint;
  const answers = method === undefined && ("result" in value || "error" in value);
  if (answers) return usable || "error" in value ? NOTHING : ANONYMOUS;
  if (typeof method !== "string") return complaint;
  if (params !== undefined && !isObject(params)) return complaint;
  if (usable) return complaint;
  const named = method === "notifications/cancelled" ? params?.requestId : undefined;
  return { ...NOTHING, cancelled: isId(named) ? [named] : [] };
}

/** The revision that a line of this text agrees on with a client of stdio, if it is a handshake. */
export function handshakeOf(text: string): string | undefined {
  const value = parse(text);
  if (!isObject(value) || value.jsonrpc !== "2.0" || !isId(value.id)) return undefined;
  const { method, params } = value;
  if (method !== "initialize" || !isObject(params)) return undefined;
  if (isObject(params._meta) && params._meta[VERSION_KEY] !== undefined) return undefined;
  const wish = params.protocolVersion;
  if (typeof wish !== "string") return undefined;
  return LEGACY.find((version) => version === wish) ?? LEGACY[0];
}

/** What came back, beside what was owed. */
export class Ledger {
  readonly #sent = new Map<Id, number>();
  readonly #received = new Map<Id, number>();
  readonly #cancelled = new Set<Id>();
  #owed = 0;
  #owedAnonymous = 0;
  #answers = 0;
  #anonymous = 0;
  #cancels = 0;

  owe({ ids, anonymous, cancelled }: Owed): void {
    for (const id of ids) count(this.#sent, id);
    for (const id of cancelled) this.#cancelled.add(normal(id));
    this.#owed += ids.length + anonymous;
    this.#owedAnonymous += anonymous;
    this.#cancels += cancelled.length;
  }

  /** Takes a message of the server's, which must be one of JSON-RPC. */
  receive(message: unknown): void {
    checkMessage(message);
    const { id, method } = message as Json;
    if (method !== undefined) return;
    this.#answers++;
    if (id === undefined) this.#anonymous++;
    else count(this.#received, id as Id);
  }

  /**
   * Every request has its one answer. A cancelled one may have none; one that repeats the id of
   * an open request has an error without the id, since with it it would answer the other one.
   */
  settle(): void {
    const missing = this.#owed - this.#answers;
    const figures = `${this.#answers} answers for ${this.#owed} owed, ${this.#cancels} cancelled`;
    assert(missing >= 0 && missing <= this.#cancels, figures);
    assert(this.#anonymous >= this.#owedAnonymous, `${this.#anonymous} errors without an id`);
    for (const [id, received] of this.#received) {
      const sent = this.#sent.get(id) ?? 0;
      assert(received <= sent, `${received} answers with the id ${show(id)}, sent ${sent} times`);
    }
    for (const [id, sent] of this.#sent) {
      if (sent > 1 || this.#cancelled.has(id)) continue;
      assertEquals(this.#received.get(id), 1, `answers with the id ${show(id)}`);
    }
  }
}

/** Throws unless the value is a message that a server of MCP may send. */
export function checkMessage(message: unknown): void {
  const fault = faultOf(message);
  assert(fault === undefined, `${fault}: ${JSON.stringify(message)?.slice(0, 500)}`);
}

function faultOf(message: unknown): string | undefined {
  if (!isObject(message) || message.jsonrpc !== "2.0") return "no message of JSON-RPC 2.0";
  const { id, method, params, result, error } = message;
  if (id !== undefined && !isId(id)) return "an id that no client sent";
  if (method !== undefined) {
    if (typeof method !== "string" || !isObject(params)) return "a malformed request";
    const token = method === "notifications/progress" ? params.progressToken : 0;
    if (typeof token !== "string" && typeof token !== "number") return "no progress token";
    return result === undefined && error === undefined ? undefined : "a request with an answer";
  }
  if (result !== undefined) {
    return id !== undefined && error === undefined && isObject(result) ? undefined : "no result";
  }
  if (!isObject(error) || !Number.isInteger(error.code)) return "neither result nor error";
  if (error.code === -32603) return "an internal error";
  return typeof error.message === "string" && error.message !== "" ? undefined : "no message";
}

function isId(id: unknown): id is Id {
  return Number.isSafeInteger(id) || (typeof id === "string" && id.length <= 256);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON has one zero. */
function normal(id: Id): Id {
  return id === 0 ? 0 : id;
}

function count(counts: Map<Id, number>, id: Id): void {
  counts.set(normal(id), (counts.get(normal(id)) ?? 0) + 1);
}

function show(id: Id): string {
  return JSON.stringify(id);
}

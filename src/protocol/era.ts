/** What the two eras of MCP do differently with a message: the port that each era's one file implements. */
import type { Problem } from "../base/errors.ts";
import type { ToolResult } from "./content.ts";
import type { MirrorHeaders } from "./header_values.ts";
import type { RpcError, RpcMessage } from "./jsonrpc.ts";
import type { CallKind } from "./methods.ts";
import type { ServerInfo } from "./versions.ts";

/** The rules of an era, as far as they are rules of messages. */
export interface Era {
  readonly name: "modern" | "legacy";
  /**
   * What is wrong with a request before its method looks at it. `headers` is undefined where the
   * transport has none.
   */
  checkRequest(message: RpcMessage, headers?: MirrorHeaders): RpcError | undefined;
  /** What a request itself says of its client; undefined where the handshake has said it. */
  statementOf(meta: Readonly<Record<string, unknown>> | undefined): ClientStatement | undefined;
  /** The members of a tool's result as JSON; `rendered` are the plain ones, if they are at hand. */
  resultMembers(result: ToolResult, rendered: string | undefined, info: ServerInfo): string;
  /** The members of what is no tool's result, completed. */
  answerMembers(members: string, kind: CallKind, info: ServerInfo): string;
  /** The members of a list, or of what else clients may keep for a while, completed. */
  listMembers(members: string, info: ServerInfo): string;
  /** How a call is answered that was refused, or came to nothing. */
  problemAnswer(kind: CallKind, problem: Problem): ProblemAnswer;
}

/** What a client says of itself with each request; nothing of it is checked. */
export interface ClientStatement {
  readonly clientInfo: unknown;
  readonly logLevel: unknown;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/** A problem as an error of JSON-RPC, or as a result that the model reads. */
export type ProblemAnswer = { readonly error: RpcError } | { readonly result: ToolResult };

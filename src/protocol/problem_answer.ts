/** How MCP says a refusal: to the model where it can act on it, else as an error. */
import { CODE_TABLE } from "../base/code_table.ts";
import { type Problem, problemData } from "../base/errors.ts";
import type { ProblemAnswer } from "./era.ts";
import { problemToRpc } from "./jsonrpc.ts";
import type { CallKind } from "./methods.ts";

/** Where a refusal is a tool's result, the problem is in its `_meta` under this key. */
export const PROBLEM_KEY = "gomcp/problem";

/** What both eras have in common: only results of tools can carry a problem. */
export function answerProblem(kind: CallKind, problem: Problem): ProblemAnswer {
  if (kind !== "tool" || !CODE_TABLE[problem.code].asToolResult) {
    return { error: problemToRpc(problem) };
  }
  return {
    result: {
      content: [{ type: "text", text: problem.detail }],
      isError: true,
      _meta: { [PROBLEM_KEY]: problemData(problem) },
    },
  };
}

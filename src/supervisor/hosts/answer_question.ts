/** Questions of handlers in a tool host, put to the client on their behalf. */
import { answerCheck } from "../../authoring/ask.ts";
import { GomcpError, isGomcpError } from "../../base/errors.ts";
import type { Call } from "../../pipeline/call.ts";
import type { AskFrame, ServerFrame } from "./frames.ts";

/** Never rejects. */
export async function answerQuestion(
  { asker }: Call,
  { id, q, key, method, params, again }: AskFrame,
): Promise<ServerFrame> {
  const request = { method, params };
  try {
    if (asker === undefined) throw new GomcpError("capability_required", "Nobody can be asked");
    if (again) throw asker.refuse(key, request);
    const value = await asker.ask(key, request, answerCheck(request));
    return { t: "answer", id, q, value };
  } catch (thrown) {
    // What is no error of ours is the asker's way to end the handler's run.
    return isGomcpError(thrown)
      ? { t: "answer", id, q, problem: thrown.problem }
      : { t: "answer", id, q, interrupted: true };
  }
}

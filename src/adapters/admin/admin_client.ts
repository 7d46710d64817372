/** Asks a server by its admin socket. */
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";

export interface AdminRequest {
  readonly method: "GET" | "POST";
  /** Such as "/v1/status". */
  readonly path: string;
  readonly signal?: AbortSignal;
}

/**
 * Gives the answer's JSON.
 *
 * @throws {GomcpError} `upstream_failed` when nobody answers, or with what is no answer.
 */
export async function askAdmin<T>(socket: string, request: AdminRequest): Promise<T> {
  const { method, path, signal = null } = request;
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  try {
    const response = await fetch(`http://gomcp${path}`, { method, client, signal });
    const text = await response.text();
    if (!response.ok || text.length > LIMITS.adminAnswerCharsMax) {
      throw new Error(`it answered ${response.status}`);
    }
    return JSON.parse(text) as T;
  } catch (cause) {
    const text = `Cannot reach a server at ${socket}: ${describeThrown(cause)}`;
    throw new GomcpError("upstream_failed", text, { cause });
  } finally {
    client.close();
  }
}

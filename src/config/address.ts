/** Where to listen, as the user says it. */
import { GomcpError } from "../base/errors.ts";

/** "127.0.0.1:8080", "[::1]:8080", "localhost:0", ":8080" (all IPv4 interfaces). */
export function parseAddress(text: string, where = "--addr"): { hostname: string; port: number } {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[^\s:[\]/]*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match !== null && port <= 65_535) {
    return { hostname: match[1] === "" ? "0.0.0.0" : match[1]!, port };
  }
  const expected = "HOST:PORT such as 127.0.0.1:8080, [::1]:8080 or :8080";
  throw new GomcpError(
    "invalid_request",
    `Cannot read ${where}: it is "${text}", expected ${expected}`,
  );
}

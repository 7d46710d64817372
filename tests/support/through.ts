/** A gomcp in front of a gomcp: what the one serves, the other has as its only upstream. */
import { CLI } from "./cli_process.ts";
import { TempFolder } from "./fixtures.ts";
import { type ServerProcess, startServer } from "./server.ts";

/** How the one in front reaches the other, and in which era. */
export const WAYS = ["http", "stdio", "http-legacy", "stdio-legacy"] as const;
export type Way = (typeof WAYS)[number];

/** The one in front, which ends the other with itself. */
export interface Through extends AsyncDisposable {
  readonly url: string;
}

/** Starts both; `args` are those of the one behind. */
export async function startThrough(way: Way, args: readonly string[]): Promise<Through> {
  await using parts = new AsyncDisposableStack();
  const { args: front } = await frontArgs(way, args, parts);
  const server = parts.use(await startServer({ args: front }));
  const owned = parts.move();
  return { url: server.url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Starts the one behind, where that is not the front's to do, and says how to start the front. */
export async function frontArgs(
  way: Way,
  args: readonly string[],
  parts: AsyncDisposableStack,
): Promise<{ readonly args: readonly string[]; readonly back: ServerProcess | undefined }> {
  const back = way.startsWith("http") ? parts.use(await startServer({ args })) : undefined;
  const folder = parts.use(await TempFolder.of());
  const reached = back === undefined
    ? { command: [Deno.execPath(), "run", "-A", CLI, "serve", "--mode=stdio", ...args], env: BACK }
    : { url: `${back.url}/mcp` };
  const upstream = {
    name: "back",
    prefix: "",
    // Both have it built in.
    hide: ["echo"],
    protocol: way.endsWith("legacy") ? "legacy" : "auto",
    ...reached,
  };
  const file = await folder.write("gomcp.json", JSON.stringify({ upstreams: [upstream] }));
  return { args: [`--config=${file}`], back };
}

/** What a test's processes have in their environment. */
const BACK = {
  GOMCP_STATE: "memory:",
  GOMCP_ADMIN_SOCKET: "off",
  ...(Deno.env.has("DENO_DIR") && { DENO_DIR: Deno.env.get("DENO_DIR")! }),
};

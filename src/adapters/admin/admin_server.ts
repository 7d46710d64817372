/** The admin adapter: a server's control as JSON over HTTP on a Unix socket that only its user can open. */
import { dirname } from "node:path";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { ServerControl } from "../../runtime/control.ts";

/** The longest path that the address of a Unix socket has room for (Linux, unix(7)), in bytes. */
const PATH_BYTES_MAX = 107;
const OWNER_ONLY = 0o177;

export interface AdminServer {
  readonly path: string;
  /** Closes the socket and removes its file. May be called twice. */
  close(): Promise<void>;
}

/**
 * Listens at `path`. The file of a server that is dead is replaced.
 *
 * @throws {GomcpError} `invalid_request` for a path that cannot be had: a living server has it, it
 * is no socket, or it is too long.
 */
export async function serveAdmin(
  path: string,
  control: ServerControl,
  log: Logger,
): Promise<AdminServer> {
  const bytes = new TextEncoder().encode(path).length;
  if (bytes > PATH_BYTES_MAX) {
    throw refusal(path, `it has ${bytes} bytes, expected at most ${PATH_BYTES_MAX}`);
  }
  await clear(path);
  const server = listen(path, (request) => answer(request, control, log));
  let closing: Promise<void> | undefined;
  return { path, close: () => closing ??= closeServer(server, path) };
}

/** Whether somebody listens at the path. */
export async function isAlive(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch (error) {
    // Not to be reached is dead; what may not be asked is left alone.
    return error instanceof Deno.errors.PermissionDenied;
  }
}

/** Makes the folder and removes what a dead server left there. */
async function clear(path: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw refusal(path, describeThrown(cause), cause);
  }
  const info = await Deno.lstat(path).catch(() => undefined);
  if (info === undefined) return;
  if (info.isSocket !== true) throw refusal(path, "there is something that is no socket");
  if (await isAlive(path)) throw refusal(path, "another server that runs has it");
  await Deno.remove(path).catch(() => {});
}

/** Whoever could open the socket between its making and a chmod would stay connected: it is made closed. */
function listen(path: string, handler: (request: Request) => Promise<Response>): Deno.HttpServer {
  const before = Deno.umask(OWNER_ONLY);
  try {
    return Deno.serve({ path, onListen: () => {}, onError: () => json(500, FAULT) }, handler);
  } catch (cause) {
    throw refusal(path, describeThrown(cause), cause);
  } finally {
    Deno.umask(before);
  }
}

function refusal(path: string, what: string, cause?: unknown): GomcpError {
  const text = `Cannot open admin socket ${path}: ${what}; expected another --admin-socket`;
  return new GomcpError("invalid_request", text, { cause });
}

const FAULT = { error: "the server could not answer; its log says why" };
const CLOSE_MS = 1_000;

async function closeServer(server: Deno.HttpServer, path: string): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, CLOSE_MS);
  await Promise.race([server.shutdown(), late.promise]);
  clearTimeout(timer);
  await Deno.remove(path).catch(() => {}); // Deno has removed it
}

async function answer(request: Request, control: ServerControl, log: Logger): Promise<Response> {
  const { method, url } = request;
  const { pathname, searchParams } = new URL(url);
  try {
    switch (`${method} ${pathname}`) {
      case "GET /v1/status":
        return json(200, await control.status());
      case "GET /v1/stats":
        return json(200, { status: await control.status(), calls: await control.callStats() });
      case "POST /v1/reload": {
        const dryRun = searchParams.get("dryRun") === "true";
        return json(200, await control.reload({ dryRun }));
      }
      case "POST /v1/drain":
        return json(200, await control.drain());
    }
    return json(404, { error: `there is no ${method} ${pathname}` });
  } catch (thrown) {
    log.error("an admin request failed", { request: pathname, error: describeThrown(thrown) });
    return json(500, FAULT);
  }
}

function json(status: number, value: unknown): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json" },
  });
}

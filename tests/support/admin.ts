/** A server with an admin socket of its own, and the commands that reach it. */
import { type CliRun, runCli } from "./cli_process.ts";
import { TempFolder } from "./fixtures.ts";
import { type ServerOptions, type ServerProcess, startServer } from "./server.ts";
import { until } from "./wait.ts";

/** Where a tool runs; what is inline cannot be loaded again by the process that runs it. */
type Isolation = "inline" | "process";

/** A module of one tool. */
export function toolModule(name: string, answer = name, isolation: Isolation = "process"): string {
  return `import { defineTool } from "gomcp";
export default defineTool({
  name: ${JSON.stringify(name)},
  description: "A tool.",
  ${isolation === "inline" ? 'isolation: "inline",' : ""}
  handler: () => ${JSON.stringify(answer)},
});\n`;
}

/** A tool that waits until a file exists, and tells that it does; the file is beside the module. */
export function gateModule(name: string, answer: string, isolation: Isolation = "process"): string {
  return `import { defineTool } from "gomcp";
const exists = (file) => { try { Deno.statSync(file); return true; } catch { return false; } };
const here = [import.meta.dirname];
export default defineTool({
  name: ${JSON.stringify(name)},
  description: "Waits.",
  input: { type: "object", properties: { file: { type: "string" } } },
  ${isolation === "inline" ? 'isolation: "inline",' : "permissions: { read: here, write: here },"}
  async handler({ file }) {
    Deno.writeTextFileSync(file + ".reached", "");
    while (!exists(file)) await new Promise((resolve) => setTimeout(resolve, 5));
    return ${JSON.stringify(answer)};
  },
});\n`;
}

export class AdminServer implements AsyncDisposable {
  private constructor(
    readonly server: ServerProcess,
    /** The modules that it serves. */
    readonly tools: TempFolder,
    readonly socket: string,
  ) {}

  /** Serves these modules. */
  static async start(
    modules: Readonly<Record<string, string>>,
    args: readonly string[] = [],
    options: Pick<ServerOptions, "denoFlags" | "message"> = {},
  ): Promise<AdminServer> {
    const tools = await TempFolder.of(modules);
    const socket = `${tools.path}/.run/admin.sock`;
    const all = [`--tools=${tools.path}`, `--admin-socket=${socket}`, ...args];
    const server = await startServer({ args: all, ...options });
    await until(() => exists(socket), "the admin socket is there");
    return new AdminServer(server, tools, socket);
  }

  /** Runs a command that reaches the server. */
  run(...args: readonly string[]): Promise<CliRun> {
    return runCli([...args, `--admin-socket=${this.socket}`]);
  }

  /** Asks the admin socket itself, which is faster than a command. */
  // deno-lint-ignore no-explicit-any -- tests look into answers of every shape
  async ask(path: string, method: "GET" | "POST" = "GET"): Promise<any> {
    using client = Deno.createHttpClient({ proxy: { transport: "unix", path: this.socket } });
    const response = await fetch(`http://gomcp${path}`, { method, client });
    return await response.json();
  }

  /** Waits until the server has reloaded so many times. */
  async reloaded(times: number): Promise<void> {
    await until(
      async () => (await this.ask("/v1/status")).reload.reloads >= times,
      `there were ${times} reloads`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await this.tools[Symbol.asyncDispose]();
  }
}

export function exists(path: string): Promise<boolean> {
  return Deno.lstat(path).then(() => true, () => false);
}

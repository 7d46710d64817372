/** A real redis-server on a spare port of loopback, for the time of a test. */
import { within } from "./wait.ts";

const READY = /Ready to accept connections/;

/** False where redis-server is not installed; such tests say so and are skipped. */
export const HAS_REDIS = await new Deno.Command("redis-server", {
  args: ["--version"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

if (!HAS_REDIS) console.log("skipped: no redis-server");

export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #fsync: string;
  #child: Deno.ChildProcess | undefined;
  #output: Promise<void> = Promise.resolve();

  private constructor(port: number, folder: string, fsync: string) {
    this.port = port;
    this.#folder = folder;
    this.#fsync = fsync;
  }

  /** Resolves once it takes connections. Unless told otherwise, what it is told is on disk before it answers. */
  static async start({ fsync = "always" } = {}): Promise<RedisServer> {
    const folder = await Deno.makeTempDir({ prefix: "gomcp-test-" });
    const server = new RedisServer(sparePort(), folder, fsync);
    await server.run();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, or starts it again, on its port and with its data. */
  async run(): Promise<void> {
    const child = new Deno.Command("redis-server", {
      args: [
        ...["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder],
        ...["--appendonly", "yes", "--appendfsync", this.#fsync, "--save", ""],
      ],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#child = child;
    const ready = Promise.withResolvers<void>();
    this.#output = (async () => {
      let text = "";
      for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
        text = (text + part).slice(-4_000);
        if (READY.test(text)) ready.resolve();
      }
      ready.reject(new Error(`redis-server has ended: ${text}`));
    })();
    await within(ready.promise, "redis-server to be ready");
    ready.promise.catch(() => {});
  }

  /** Kills it as a lost machine would be; its data stays. */
  async kill(): Promise<void> {
    if (this.#child === undefined) return;
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#output;
    this.#child = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function sparePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A server of the SDK's tests: one runtime by REST and by gRPC, and clients of both. */
import { assertRejects } from "@std/assert";
import { GoMCPClient, GoMCPError, type ToolClient } from "../../client.ts";
import { GrpcGoMCPClient, type GrpcGoMCPClientOptions } from "../../client_grpc.ts";
import { createRuntime, type RuntimeOptions, serveGrpc, serveHttp, type Tool } from "../../mod.ts";

/** One runtime, served by REST and by gRPC. */
export class ClientServer implements AsyncDisposable {
  readonly #clients: GrpcGoMCPClient[] = [];

  private constructor(
    readonly runtime: ReturnType<typeof createRuntime>,
    readonly http: ReturnType<typeof serveHttp>,
    readonly grpc: Awaited<ReturnType<typeof serveGrpc>>,
  ) {}

  static async start(tools: readonly Tool[], options: Partial<RuntimeOptions> = {}) {
    const runtime = createRuntime({ tools, ...options });
    const http = serveHttp(runtime, { port: 0 });
    return new ClientServer(runtime, http, await serveGrpc(runtime, { port: 0 }));
  }

  client(options: Partial<GrpcGoMCPClientOptions> = {}): GrpcGoMCPClient {
    const client = new GrpcGoMCPClient({ address: this.grpc.address, ...options });
    this.#clients.push(client);
    return client;
  }

  /** One of REST, and one of gRPC. */
  both(apiKey?: string): readonly ToolClient[] {
    return [new GoMCPClient({ baseUrl: this.http.url, apiKey }), this.client({ apiKey })];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.runtime.shutdown({ deadlineMs: 0 });
    await Promise.all([this.http.close(), this.grpc.close()]);
  }
}

/** What a promise of the SDK's fails with. */
export async function errorOf(promise: PromiseLike<unknown>): Promise<GoMCPError> {
  return await assertRejects(async () => await promise, GoMCPError);
}

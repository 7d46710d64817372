/**
 * The client of gomcp servers by gRPC, published as `@gomcp/sdk/grpc`: for Deno and Node. Beside it
 * `@grpc/grpc-js` must be installed.
 *
 * @module
 */
export { GrpcGoMCPClient } from "./src/client/grpc/grpc_client.ts";
export type { GrpcGoMCPClientOptions, GrpcTlsOptions } from "./src/client/grpc/options.ts";

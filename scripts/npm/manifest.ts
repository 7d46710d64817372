/** The package's own file: package.json. */

/**
 * package.json of a package with these files. Nothing runs when it is installed, and it depends on
 * nothing; whoever imports "@gomcp/sdk/grpc" installs grpc-js beside it.
 */
export function manifest(version: string, grpcVersion: string, files: readonly string[]): string {
  const facts = {
    name: "@gomcp/sdk",
    version,
    description: "The client of gomcp servers, for Node, Deno, Bun and browsers",
    license: "MIT",
    type: "module",
    engines: { node: ">=20" },
    sideEffects: false,
    exports: {
      ".": { types: "./types/client.d.ts", default: "./client.js" },
      "./grpc": { types: "./types/client_grpc.d.ts", default: "./client_grpc.js" },
    },
    types: "./types/client.d.ts",
    files,
    peerDependencies: { "@grpc/grpc-js": `^${grpcVersion}` },
    peerDependenciesMeta: { "@grpc/grpc-js": { optional: true } },
  };
  return JSON.stringify(facts, null, 2) + "\n";
}

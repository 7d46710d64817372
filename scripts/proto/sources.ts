/** Which .proto files there are, which generated files come of them, and what those are made of. */

/** The folder of the .proto files. */
export const PROTO = new URL("../../proto/", import.meta.url);
/** The folder of the generated files. */
export const GENERATED = new URL("../../src/protocol/gen/", import.meta.url);

/** A generated module of codecs and the files that it is made of. */
export interface Module {
  readonly name: string;
  readonly files: readonly string[];
}

/** Apart, so that a client does not load what only a server has. */
export const MODULES: readonly Module[] = [
  { name: "gomcp_v1", files: ["gomcp/v1/gomcp.proto", "google/rpc/status.proto"] },
  {
    name: "grpc_services",
    files: ["grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto"],
  },
];

/** What reflection tells of: the services' files. */
export const REFLECTED: readonly string[] = [
  "gomcp/v1/gomcp.proto",
  "grpc/health/v1/health.proto",
  "grpc/reflection/v1/reflection.proto",
];

/** The generated files, by their names. */
export const GENERATED_FILES: readonly string[] = [
  ...MODULES.flatMap(({ name }) => [`${name}.js`, `${name}.d.ts`]),
  "descriptors.ts",
];

/** What the generated files depend on. */
const SOURCES: readonly URL[] = [
  ...new Set([...MODULES.flatMap(({ files }) => files), ...REFLECTED]),
].sort().map((file) => new URL(file, PROTO)).concat(
  ["generate.ts", "types.ts", "describe.ts", "sources.ts", "generator.json", "generator.lock"]
    .map((file) => new URL(file, import.meta.url)),
);

/** SHA-256 of all that the generated files are made of, in hexadecimal. */
export async function sourceHash(): Promise<string> {
  const texts = await Promise.all(SOURCES.map((url) => Deno.readTextFile(url)));
  // Their lengths, so that no text can move from one file to the next unseen.
  const bytes = new TextEncoder().encode(texts.map((text) => `${text.length}\n${text}`).join(""));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Which folder may import which: the "may import" column of the design's folder table, as data. */

/**
 * One row a folder, in the document's order. A folder may always import itself.
 * What is not listed is refused, so a new folder under `src/` needs its row here first.
 */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/base": [],
  "src/protocol": ["base"],
  "src/pipeline": ["base", "protocol"],
  "src/authoring": ["base", "protocol", "pipeline"],
  // One concern each; siblings never import each other.
  "src/security": ["base", "protocol", "pipeline"],
  "src/ratelimit": ["base", "protocol", "pipeline"],
  "src/tenants": ["base", "protocol", "pipeline"],
  "src/audit": ["base", "protocol", "pipeline"],
  "src/batching": ["base", "protocol", "pipeline"],
  "src/tasks": ["base", "protocol", "pipeline"],
  "src/tools": ["base", "protocol", "pipeline", "authoring"],
  "src/resources": ["base", "protocol", "pipeline", "authoring"],
  "src/prompts": ["base", "protocol", "pipeline", "authoring"],
  "src/upstreams": ["base", "protocol", "pipeline", "authoring"],
  // The lock of tools' definitions; and what a definition is checked by, in which all that knows
  // schemas and attacks comes together.
  "src/pins": ["base"],
  "src/validate": ["base", "protocol", "authoring", "security", "pins"],
  // Load and what is told of it; its connections are ports.
  "src/bench": ["base", "protocol", "upstreams"],
  // deno-fmt-ignore: the concerns whose ports it implements, on one line.
  "src/stores": [
    "base", "protocol", "pipeline",
    "security", "ratelimit", "tenants", "audit", "batching", "tools", "resources",
    "prompts", "upstreams", "tasks",
  ],
  "src/supervisor": ["base", "protocol", "pipeline", "tools", "authoring"],
  "src/config": ["base"],
  // deno-fmt-ignore: "all of the above", in the order of the rows above.
  "src/runtime": [
    "base", "protocol", "pipeline", "authoring",
    "security", "ratelimit", "tenants", "audit", "batching", "tools", "resources", "prompts",
    "upstreams", "tasks", "stores", "supervisor", "config",
  ],
  "src/adapters": ["base", "protocol", "pipeline", "runtime"],
  "src/client": ["base", "protocol"],
  // deno-fmt-ignore: what stands for a folder, and the entries that it may use.
  "cli": [
    "runtime", "adapters", "config", "client", "stores", "base", "pins", "validate", "bench",
    "mod.ts", "client.ts", "client_grpc.ts",
  ],
  // Named re-exports only: the server library, and the SDK, which must run without Deno.
  // deno-fmt-ignore: everything under src/ but the client.
  "mod.ts": [
    "base", "protocol", "pipeline", "authoring",
    "security", "ratelimit", "tenants", "audit", "batching", "tools", "resources", "prompts",
    "upstreams", "tasks", "stores", "supervisor", "config", "runtime", "adapters",
  ],
  "client.ts": ["base", "protocol", "client"],
  "client_grpc.ts": ["client"],
};

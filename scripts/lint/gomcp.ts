/** The `deno lint` plugin of this project: the rules of its design that a machine can check. */
import { ambientIo } from "./ambient_io.ts";
import { layers } from "./layers.ts";

export const plugin: Deno.lint.Plugin = {
  name: "gomcp",
  rules: { "layers": layers, "no-ambient-io": ambientIo },
};

// `deno lint` takes a plugin only as a default export.
export default plugin;

/** `gomcp config`: what a configuration may say, whether one is right, and what it comes to. */
import type { Command } from "./command.ts";

export const CONFIG_COMMANDS: readonly Command[] = [
  {
    name: "schema",
    summary: "the JSON Schema of gomcp.json",
    load: () => import("./config/schema.ts"),
  },
  {
    name: "check",
    summary: "makes everything as gomcp serve would, and binds nothing",
    load: () => import("./config/check.ts"),
  },
  {
    name: "show",
    summary: "what holds, of flags, environment, file and defaults",
    load: () => import("./config/show.ts"),
  },
];

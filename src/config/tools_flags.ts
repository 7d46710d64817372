/** What `gomcp tools` can be told. */
import type { Flag } from "./flags.ts";
import { ISOLATION_FLAGS } from "./host_config.ts";

export const TOOLS_FLAGS: readonly Flag[] = [
  {
    name: "tools",
    kind: "list",
    value: "PATH",
    help: "a tool module, or a folder of them; may be repeated",
  },
  {
    name: "permissions",
    kind: "switch",
    flagOnly: true,
    help: "lists where each tool runs, and what it may do there",
  },
  ...ISOLATION_FLAGS,
  { name: "json", kind: "switch", flagOnly: true, help: "one JSON object" },
  { name: "help", kind: "switch", flagOnly: true, help: "shows this" },
];

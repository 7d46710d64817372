/** What `gomcp serve` can be told about configuration files and upstreams. */
import type { Flag } from "./flags.ts";

export const CONFIG_FLAG: Flag = {
  name: "config",
  kind: "text",
  value: "FILE",
  help: "JSON with comments, or YAML; off for none " +
    "[gomcp.json, .jsonc or .yaml in the working directory]",
};

export const UPSTREAM_FLAGS: readonly Flag[] = [
  {
    name: "upstreams",
    kind: "list",
    value: "FILE",
    help: 'serves the servers of "mcpServers" in another program\'s file; may be repeated',
  },
  {
    name: "locked",
    kind: "switch",
    help: "serves no tool of an upstream that is not in the lock file as it is now",
  },
  {
    name: "lock-file",
    kind: "text",
    value: "FILE",
    default: "gomcp.lock",
    help: "where the definitions are that were reviewed",
  },
];

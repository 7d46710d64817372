/** What `gomcp validate` can be told. */
import type { Flag } from "./flags.ts";
import { ISOLATION_FLAGS } from "./host_config.ts";

export const VALIDATE_FLAGS: readonly Flag[] = [
  {
    name: "command",
    kind: "list",
    value: "LINE",
    help: "starts a server over stdio and looks at its tools; may be repeated",
  },
  { name: "builtin", kind: "switch", help: "looks at the tools that gomcp has itself" },
  {
    name: "profile",
    kind: "text",
    value: "NAMES",
    help: "the clients to work with: anthropic,openai,gemini,vscode,strict [all but strict]",
  },
  {
    name: "format",
    kind: "text",
    value: "FORMAT",
    choices: ["text", "json", "sarif", "github", "junit", "markdown"],
    default: "text",
    help: "text, json, sarif, github, junit or markdown",
  },
  { name: "output", kind: "text", value: "FILE", help: "writes the report there, not to stdout" },
  {
    name: "fail-on",
    kind: "text",
    value: "SEVERITY",
    choices: ["error", "warning", "info"],
    help: "the least that makes exit status 1: error, warning or info [error]",
  },
  { name: "all", kind: "switch", help: "shows hints, too, which are only counted otherwise" },
  { name: "fix", kind: "switch", help: "mends in JSON files what changes nothing for anybody" },
  {
    name: "baseline",
    kind: "text",
    value: "FILE|git:REF",
    help: "compares with definitions in a file, or with the same targets at a commit",
  },
  {
    name: "lock",
    kind: "text",
    value: "FILE",
    help: "compares with what was reviewed (gomcp.lock)",
  },
  { name: "samples", kind: "text", value: "FILE", help: "results by tools' names, as JSON" },
  {
    name: "prefix",
    kind: "text",
    value: "TEXT",
    help: "what stands before names where the tools are used, such as mcp__weather__",
  },
  {
    name: "config",
    kind: "text",
    value: "FILE",
    help: "the configuration [gomcp.json, if it is there]",
  },
  { name: "explain", kind: "text", value: "RULE", help: "tells all of a rule, such as GM203" },
  { name: "rules", kind: "switch", help: "lists the rules" },
  { name: "watch", kind: "switch", help: "looks again whenever a file changes" },
  {
    name: "token-file",
    kind: "text",
    value: "FILE",
    help: "the bearer token for addresses [GOMCP_API_KEY]",
  },
  {
    name: "timeout",
    kind: "text",
    value: "TIME",
    default: "30s",
    help: "how long a server may take",
  },
  ...ISOLATION_FLAGS,
  { name: "help", kind: "switch", help: "shows this" },
];

/** What `gomcp serve` can be told. */
import { LOG_LEVELS } from "../base/log.ts";
import type { Flag } from "./flags.ts";
import { AUDIT_FLAGS } from "./audit_config.ts";
import { OAUTH_FLAGS } from "./oauth_config.ts";
import { GRPC_FLAGS, TLS_FLAGS } from "./grpc_config.ts";
import { METRICS_FLAG } from "./metrics_config.ts";
import { HOST_FLAGS } from "./host_config.ts";
import { STATE_FLAGS } from "./state_config.ts";
import { TASK_FLAGS } from "./task_config.ts";
import { CONFIG_FLAG, UPSTREAM_FLAGS } from "./upstream_flags.ts";

/** Ways to serve. */
export const MODES = ["stdio", "http", "grpc", "all"] as const;
/** How the log is written. */
export const FORMATS = ["text", "json"] as const;
/** Where HTTP listens when nobody says. */
export const USUAL_ADDRESS = "127.0.0.1:8080";

export const SERVE_FLAGS: readonly Flag[] = [
  {
    name: "mode",
    kind: "text",
    value: "MODE",
    choices: MODES,
    default: "http",
    help: "stdio, http (MCP and REST), grpc, or all (of gRPC, with --grpc-addr)",
  },
  {
    name: "addr",
    kind: "text",
    value: "HOST:PORT",
    help: "where HTTP or gRPC listens; :8080 means all IPv4 interfaces, port 0 any free one " +
      `[${USUAL_ADDRESS}, of gRPC 127.0.0.1:50051]`,
  },
  ...GRPC_FLAGS,
  {
    name: "tools",
    kind: "list",
    value: "PATH",
    help: "a tool module, or a folder of them; may be repeated",
  },
  {
    name: "watch",
    kind: "switch",
    help: "reloads when the modules change; for development",
  },
  {
    name: "root",
    kind: "text",
    value: "DIR",
    help: "adds file tools that see this folder and nothing outside it",
  },
  {
    name: "timeout",
    kind: "text",
    value: "TIME",
    default: "30s",
    help: "the deadline of calls whose tool has none",
  },
  {
    name: "max-workers",
    kind: "text",
    value: "N",
    default: "100",
    help: "calls that run at once",
  },
  {
    name: "queue-max",
    kind: "text",
    value: "N",
    default: "1000",
    help: "calls that wait for a worker; more are refused",
  },
  {
    name: "rate-limit",
    kind: "list",
    value: "LIMIT",
    separator: ";",
    help: 'such as "search=100/s,burst=200,per=tenant+client+tool"; may be repeated',
  },
  {
    name: "drain-timeout",
    kind: "text",
    value: "TIME",
    default: "30s",
    help: "how long open calls may take after SIGTERM",
  },
  {
    name: "processes",
    kind: "text",
    value: "N",
    default: "1",
    help: "processes that listen on the one port of HTTP; auto is one for each processor",
  },
  {
    name: "admin-socket",
    kind: "text",
    value: "PATH",
    default: "auto",
    help: "where gomcp status, reload, drain and top reach the server; auto or off",
  },
  METRICS_FLAG,
  {
    name: "request-timeout",
    kind: "text",
    value: "TIME",
    default: "30s",
    help: "how long the first head of an HTTP connection, and every body, may take to come",
  },
  {
    name: "connections-per-address",
    kind: "text",
    value: "N",
    default: "1000",
    help:
      "connections that one address may have, of HTTP and gRPC each; the newest above are ended",
  },
  {
    name: "log-level",
    kind: "text",
    value: "LEVEL",
    choices: LOG_LEVELS,
    default: "info",
    help: "debug, info, warn, error or off",
  },
  {
    name: "log-format",
    kind: "text",
    value: "FORMAT",
    choices: FORMATS,
    default: "text",
    help: "text or json, always on stderr",
  },
  ...TLS_FLAGS,
  ...AUDIT_FLAGS,
  ...STATE_FLAGS,
  ...TASK_FLAGS,
  ...OAUTH_FLAGS,
  ...HOST_FLAGS,
  {
    name: "allow-host",
    kind: "list",
    value: "NAME",
    flagOnly: true,
    help: "a host name under which HTTP may be asked for; may be repeated",
  },
  {
    name: "allow-origin",
    kind: "list",
    value: "URL",
    flagOnly: true,
    help: "an origin whose web pages may call; may be repeated",
  },
  {
    name: "allow-anonymous",
    kind: "switch",
    flagOnly: true,
    help: "lets anybody who reaches the address call every tool",
  },
  {
    name: "legacy-sse",
    kind: "switch",
    help: "serves MCP's HTTP+SSE transport of 2024 too, at /sse",
  },
  {
    name: "validation-policy",
    kind: "text",
    value: "FILE",
    flagOnly: true,
    help: "JSON: limits of arguments, what patterns of attacks lead to, what is masked",
  },
  {
    name: "allow-pattern",
    kind: "list",
    value: "FAMILY",
    flagOnly: true,
    help: "reports this family of patterns instead of refusing the call; may be repeated",
  },
  CONFIG_FLAG,
  ...UPSTREAM_FLAGS,
  { name: "help", kind: "switch", flagOnly: true, help: "shows this" },
];

/** The table of commands. Each is loaded only when it is run. */

import type { Command } from "./command.ts";

export type { Command } from "./command.ts";

export const COMMANDS: readonly Command[] = [
  {
    name: "serve",
    summary: "serves tools over stdio, HTTP and gRPC",
    load: () => import("./serve.ts"),
  },
  {
    name: "init",
    summary: "writes a small project",
    load: () => import("./init.ts"),
  },
  {
    name: "config",
    summary: "the configuration: its schema, whether it is right, what holds",
    load: () => import("./config.ts"),
  },
  {
    name: "install",
    summary: "makes a program on this machine start gomcp: claude-desktop, cursor, …",
    load: () => import("./install.ts"),
  },
  {
    name: "lock",
    summary: "writes down the tools of upstreams as they were reviewed (--update)",
    load: () => import("./lock.ts"),
  },
  {
    name: "call",
    summary: "calls a tool, of a server or of modules here",
    load: () => import("./call.ts"),
  },
  {
    name: "types",
    summary: "types for calls by the SDK, made of the tools",
    load: () => import("./types.ts"),
  },
  {
    name: "status",
    summary: "tells how a running server is (--json)",
    load: () => import("./status.ts"),
  },
  {
    name: "top",
    summary: "shows the calls of a running server, live",
    load: () => import("./top.ts"),
  },
  {
    name: "reload",
    summary: "loads a running server's modules anew (--dry-run)",
    load: () => import("./reload.ts"),
  },
  {
    name: "drain",
    summary: "lets a running server end what it has begun, and stop",
    load: () => import("./drain.ts"),
  },
  {
    name: "tools",
    summary: "the tools of modules or of a server, and what they may do",
    load: () => import("./tools.ts"),
  },
  {
    name: "validate",
    summary: "checks definitions of tools: the specification, clients, attacks, what changed",
    load: () => import("./validate.ts"),
  },
  {
    name: "audit",
    summary: "looks into audit logs: tail, query, stats, verify, hash, replay",
    load: () => import("./audit.ts"),
  },
  {
    name: "tenant",
    summary: "who may call what, and how much: tenants, API keys, quotas, rules",
    load: () => import("./tenant.ts"),
  },
  {
    name: "tasks",
    summary: "calls that go on after their request: list, show, cancel",
    load: () => import("./tasks.ts"),
  },
  {
    name: "version",
    summary: "tells the version, of MCP's revisions too (--json)",
    load: () => import("./version.ts"),
  },
];

/** What servers start, and people do not: it stands in no help. */
export const HOST_COMMAND: Command = {
  name: "host",
  summary: "the inside of a tool host",
  load: () => import("./host.ts"),
};

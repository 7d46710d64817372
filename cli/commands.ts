/** The table of commands. Each is loaded only when it is run. */

import type { Command } from "./command.ts";

export type { Command } from "./command.ts";

export const COMMANDS: readonly Command[] = [
  {
    name: "serve",
    summary: "serves tools over stdio, HTTP or both",
    load: () => import("./serve.ts"),
  },
  {
    name: "call",
    summary: "calls a tool, of a server or of modules here",
    load: () => import("./call.ts"),
  },
  {
    name: "tools",
    summary: "the tools of a server, or of modules here",
    load: () => import("./tools.ts"),
  },
  {
    name: "types",
    summary: "types for calls by the SDK, made of the tools",
    load: () => import("./types.ts"),
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
    name: "version",
    summary: "tells the version, of MCP's revisions too (--json)",
    load: () => import("./version.ts"),
  },
];

/** The table of commands. Each is loaded only when it is run, or told of. */
import { AUDIT_COMMANDS } from "./audit.ts";
import type { Command } from "./command.ts";
import { CONFIG_COMMANDS } from "./config.ts";
import { TASK_COMMANDS } from "./tasks.ts";
import { TENANT_COMMANDS } from "./tenant.ts";

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
    commands: CONFIG_COMMANDS,
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
    name: "doctor",
    summary: "whether a server would come up and go well here (--json)",
    load: () => import("./doctor.ts"),
  },
  {
    name: "health",
    summary: "whether a server lives (--ready: takes calls); for HEALTHCHECK",
    load: () => import("./health.ts"),
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
    name: "bench",
    summary: "measures gomcp, or any MCP server: calls/s, latency, CPU, memory",
    load: () => import("./bench.ts"),
  },
  {
    name: "audit",
    summary: "looks into audit logs: tail, query, stats, verify, hash, replay",
    commands: AUDIT_COMMANDS,
  },
  {
    name: "tenant",
    summary: "who may call what, and how much: tenants, API keys, quotas, rules",
    commands: TENANT_COMMANDS,
    note: "Running servers of the same --state learn of changes within a second.",
  },
  {
    name: "tasks",
    summary: "calls that go on after their request: list, show, cancel",
    commands: TASK_COMMANDS,
    note: "They are those of all servers with the same --state.",
  },
  {
    name: "completions",
    summary: "completes commands and flags in bash, zsh, fish and PowerShell",
    load: () => import("./completions.ts"),
  },
  {
    name: "man",
    summary: "prints the man page",
    load: () => import("./man.ts"),
  },
  {
    name: "version",
    summary: "tells the version, of MCP's revisions too (--json)",
    load: () => import("./version.ts"),
  },
];

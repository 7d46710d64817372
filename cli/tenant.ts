/** `gomcp tenant`: the table of its commands. Each is loaded only when it is run. */
import type { Command, CommandModule } from "./command.ts";

export const TENANT_COMMANDS: readonly Command[] = [
  {
    name: "create",
    summary: "creates a tenant and its first API key",
    load: () => import("./tenant/create.ts"),
  },
  { name: "list", summary: "all tenants", load: () => import("./tenant/list.ts") },
  {
    name: "show",
    summary: "one tenant, its limits, rules and keys",
    load: () => import("./tenant/show.ts"),
  },
  { name: "update", summary: "changes a tenant", load: () => import("./tenant/update.ts") },
  { name: "allow", summary: "lets a tenant see more tools", load: () => rule("allow") },
  { name: "deny", summary: "keeps tools from a tenant", load: () => rule("deny") },
  { name: "suspend", summary: "lets nobody call for a tenant", load: () => suspension(true) },
  { name: "resume", summary: "ends a suspension", load: () => suspension(false) },
  {
    name: "delete",
    summary: "removes a tenant and its keys",
    load: () => import("./tenant/delete.ts"),
  },
  {
    name: "usage",
    summary: "what a tenant has used of its quotas",
    load: () => import("./tenant/usage.ts"),
  },
  {
    name: "key",
    summary: "create, list, revoke: API keys",
    commands: [
      {
        name: "create",
        summary: "another API key of a tenant",
        load: async () => (await keys()).createKey,
      },
      { name: "list", summary: "the keys of a tenant", load: async () => (await keys()).listKeys },
      {
        name: "revoke",
        summary: "ends a key, by its id or name",
        load: async () => (await keys()).revokeKey,
      },
    ],
  },
];

const keys = () => import("./tenant/key.ts");

async function rule(which: "allow" | "deny"): Promise<CommandModule> {
  return (await import("./tenant/rules.ts")).ruleCommand(which);
}

async function suspension(suspended: boolean): Promise<CommandModule> {
  return (await import("./tenant/suspend.ts")).suspension(suspended);
}

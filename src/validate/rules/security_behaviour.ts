/** GM32x: what a tool is taken for. */
import { eachInput, type Rule } from "../rule.ts";
import type { ToolView } from "../tool_view.ts";
import { isSecretName, wordsOf } from "../words.ts";
import { weather, weatherOf } from "./weather.ts";

// deno-fmt-ignore: many words.
const DESTROYS = new Set([
  "delete", "remove", "drop", "destroy", "purge", "wipe", "erase", "truncate", "kill", "terminate",
  "uninstall", "overwrite", "revoke", "unlink", "rm", "force", "reset", "format", "deprovision",
]);

/** Those of them that are hardly ever nouns: they count anywhere, as in repo_delete. */
// deno-fmt-ignore: many words.
const ANYWHERE = new Set([
  "delete", "remove", "destroy", "purge", "wipe", "erase", "truncate", "terminate", "uninstall",
  "revoke", "unlink", "deprovision",
]);
// deno-fmt-ignore: many words.
const READS = new Set([
  "get", "list", "read", "show", "find", "search", "count", "check", "describe", "preview", "can",
  "is", "has", "fetch", "view", "explain", "plan", "validate",
]);

function destroyingVerb(name: string): string | undefined {
  const [first = "", ...others] = wordsOf(name);
  if (DESTROYS.has(first)) return first;
  return READS.has(first) ? undefined : others.find((word) => ANYWHERE.has(word));
}

export const destructive: Rule = {
  id: "GM320",
  name: "destructive-hint",
  severity: "warning",
  summary: "A tool whose name says that it destroys says so in `destructiveHint`.",
  why:
    "Clients ask their users before a destructive call, by the hint. One that says the opposite " +
    "of its name is an error: it gets a call through that somebody would have stopped.",
  remedy:
    "Set `annotations.destructiveHint` to true, which is its default. `--fix` does it where " +
    "nothing contradicts it.",
  sources: ["MCP, server/tools: ToolAnnotations"],
  fixable: true,
  bad: {
    tools: [
      weather({ name: "delete_city", description: "Deletes a city for good.", annotations: {} }),
      weather({
        name: "repo_delete",
        description: "Deletes a repository with all its history.",
        annotations: { readOnlyHint: true },
      }),
    ],
  },
  good: {
    tools: [weather({
      name: "delete_city",
      description: "Deletes a city for good.",
      annotations: { destructiveHint: true },
    })],
  },
  tool({ name, annotations, definition }, report) {
    const verb = destroyingVerb(name);
    if (verb === undefined || annotations.destructiveHint === true) return;
    const says = annotations.readOnlyHint === true
      ? "readOnlyHint"
      : annotations.destructiveHint === false
      ? "destructiveHint"
      : undefined;
    if (says !== undefined) {
      const message = `the name says "${verb}", and ${says} ${annotations[says]}`;
      return report(`/annotations/${says}`, message, {
        // Some such tools only take away what comes back, as from a list on the screen.
        severity: says === "readOnlyHint" ? "error" : "warning",
      });
    }
    const hint = { key: "destructiveHint", value: true } as const;
    const edit = (definition.annotations ?? undefined) === undefined
      ? { op: "set", pointer: "", key: "annotations", value: { destructiveHint: true } } as const
      : { op: "set", pointer: "/annotations", ...hint } as const;
    report("/name", `the name says "${verb}", and there is no destructiveHint`, {
      fix: { what: "adds destructiveHint: true", edits: [edit] },
    });
  },
};

export const asksForSecret: Rule = {
  id: "GM321",
  name: "asks-for-secret",
  severity: "warning",
  summary: "No argument is a password or a key.",
  why:
    "Arguments are written by the model: a secret among them has been in the conversation, in the " +
    "client's logs and at the model's provider. MCP has OAuth and URL elicitation for that.",
  remedy: "Take the secret from the server's environment, or ask for it by URL elicitation.",
  sources: ["MCP 2025-11-25, client/elicitation: sensitive information"],
  bad: {
    tools: [
      weather({ inputSchema: { type: "object", properties: { api_key: { type: "string" } } } }),
    ],
  },
  good: { tools: [weather()] },
  tool: eachInput(({ pointer, property }, report) => {
    if (property === undefined || !isSecretName(property)) return;
    report(pointer, `the argument "${property}" is a secret that the model has to know`);
  }),
};

/** Names that look alike: without case, separators and the usual doubles. */
function skeleton(name: string): string {
  return name.toLowerCase().replace(/[_.-]/g, "").replace(/0/g, "o").replace(/[1i]/g, "l");
}

export const shadowing: Rule = {
  id: "GM322",
  name: "shadowing",
  severity: "error",
  summary: "No tool has the name of another server's tool, or one that looks like any tool's.",
  why:
    "A server can take calls that are meant for another one by using its tools' names: which of " +
    "the two a client calls is chance, and models do not tell `read_file` from `read-file`.",
  remedy: "Give each server a prefix of its own (`name` of an upstream), or rename the tool.",
  sources: [
    "https://invariantlabs.ai/blog/mcp-security-notification-tool-poisoning-attacks (shadowing)",
  ],
  bad: { tools: [weather()], others: [weather({ name: "get-weather" })] },
  good: { tools: [weather()], others: [weather({ name: "get_forecast" })] },
  all(servers, report) {
    const seen = new Map<string, ToolView>();
    for (const tool of servers.flat()) {
      if (tool.name === "") continue;
      const key = skeleton(tool.servedName);
      const other = seen.get(key);
      const isSame = other?.servedName === tool.servedName;
      const isOwn = other?.server === tool.server;
      if (other === undefined) seen.set(key, tool);
      // One name twice on a server is told by GM104.
      else if (!isSame || !isOwn) {
        const how = isSame ? "has the name" : "looks like the name";
        const whose = isOwn ? "another tool of its server" : "another server's tool";
        report(tool, "/name", `"${tool.servedName}" ${how} of ${whose}, "${other.servedName}"`, {
          severity: isSame ? "error" : "warning",
        });
      }
    }
  },
};

export const hiddenArgument: Rule = {
  id: "GM323",
  name: "catch-all-argument",
  severity: "warning",
  summary: "No argument is there to take what the tool has no use for.",
  why:
    "Poisoned tools have an argument such as `sidenote` or `context` for what the model is told to " +
    "bring along. An honest one collects conversations by accident.",
  remedy: "Take the argument away, or say in its description exactly what it is for.",
  sources: ["https://lbeurerkellner.github.io/jekyll/update/2025/04/01/mcp-tool-poisoning.html"],
  bad: {
    tools: [
      weather({ inputSchema: { type: "object", properties: { sidenote: { type: "string" } } } }),
    ],
  },
  good: {
    tools: [
      weatherOf({ type: "string", description: "A note for the city's page.", maxLength: 99 }),
    ],
  },
  tool: eachInput(({ schema, pointer, property }, report) => {
    const isVague = typeof schema.description !== "string" || schema.description.length < 15;
    if (
      property === undefined ||
      !/^(?:side_?notes?|conversation|chat_?history|context|summary_?of_?conversation|system_?prompt|user_?prompt)$/i
        .test(property)
    ) {
      return;
    }
    if (
      !isVague && !/^(?:side_?notes?|conversation|chat_?history|system_?prompt)$/i.test(property)
    ) return;
    report(pointer, `the argument "${property}" takes what the model knows of the conversation`);
  }),
};

/** GM5xx: what changed since the definitions were reviewed (gomcp.lock) or shipped (a baseline). */
import { GomcpError } from "../../base/errors.ts";
import type { Change, ChangeKind } from "../../pins/change.ts";
import { checkPin, servedDefinition } from "../../pins/lock.ts";
import type { Severity } from "../finding.ts";
import type { Pins, Rule } from "../rule.ts";
import type { ToolView } from "../tool_view.ts";
import { weather, weatherOf } from "./weather.ts";

const RUG_PULL =
  "https://invariantlabs.ai/blog/mcp-security-notification-tool-poisoning-attacks (rug pulls)";

export const removed: Rule = {
  id: "GM501",
  name: "tool-removed",
  severity: "error",
  summary: "No tool is gone that there was.",
  why: "Prompts, workflows and clients that name it fail from then on.",
  remedy: "Keep the tool for a while and say in its description what to use instead.",
  sources: [RUG_PULL],
  bad: { tools: [weather({ name: "get_forecast" })], before: [weather()] },
  good: { tools: [weather()], before: [weather()] },
  all(servers, report, { pins }) {
    if (pins === undefined || !pins.whole) return;
    const names = new Set(servers.flat().map(({ pinnedName }) => pinnedName));
    for (const name of pins.lock.keys()) {
      if (!names.has(name)) report({ server: 0 }, "", `"${name}" of ${pins.name} is gone`);
    }
  },
};

function driftRule(
  kind: ChangeKind,
  text: Omit<Rule, "tool" | "good">,
): Rule {
  return {
    good: { tools: [weather()], before: [weather()] },
    ...text,
    tool(tool, report, { pins }) {
      if (pins === undefined) return;
      for (
        const { pointer, detail } of changesOf(tool, pins).filter((each) => each.kind === kind)
      ) {
        // What is not what was reviewed is an error, whatever it means.
        const severity: Severity = pins.kind === "lock" ? "error" : text.severity;
        report(pointer, `${shown(pointer)} ${detail} (since ${pins.name})`, { severity });
      }
    },
  };
}

function shown(pointer: string): string {
  return pointer === "" ? "the definition" : pointer.slice(1).replaceAll("/properties/", " of ")
    .replace(/^inputSchema of /, "argument ").replace(/^outputSchema of /, "result's ");
}

function changesOf(tool: ToolView, { lock }: Pins): readonly Change[] {
  try {
    const { pinnedName: name, shownName, definition } = tool;
    const served = servedDefinition({ name: shownName, definition });
    const pinned = checkPin(lock, { ...served, name });
    return typeof pinned === "string" ? [] : pinned;
  } catch (error) {
    // Half a surrogate pair has no canonical form, so it cannot be what was pinned.
    if (!(error instanceof GomcpError)) throw error;
    return [{ kind: "review", pointer: "", detail: "has no canonical form" }];
  }
}

export const required = driftRule("required", {
  id: "GM502",
  name: "required-added",
  severity: "error",
  summary: "No argument is required that was not.",
  why: "Every call that was right before is refused now.",
  remedy: "Give the argument a default in the handler and leave it optional, or add another tool.",
  sources: [RUG_PULL],
  bad: {
    tools: [weather()],
    before: [weather({
      inputSchema: { ...weather().inputSchema as object, required: [] },
    })],
  },
});

export const breaking = driftRule("breaking", {
  id: "GM503",
  name: "breaking-change",
  severity: "error",
  summary: "Arguments take what they took, and results hold what they held.",
  why:
    "A narrowed type, enum or bound refuses calls that were right; a result that lost a property, " +
    "or may hold another type, is read wrongly.",
  remedy: "Take more, give less different: widen arguments, add to results, or add another tool.",
  sources: [RUG_PULL],
  bad: {
    tools: [weatherOf({ type: "string", description: "The name of the city.", enum: ["Bern"] })],
    before: [
      weatherOf({ type: "string", description: "The name of the city.", enum: ["Bern", "Rome"] }),
    ],
  },
});

export const reviewed = driftRule("review", {
  id: "GM504",
  name: "words-changed",
  severity: "warning",
  summary: "What a model reads is what somebody reviewed.",
  why: 'A server can change its definitions after everybody has looked at them ("rug pull"): the ' +
    "words are what attacks are made of, and clients show them to nobody.",
  remedy:
    "Read what changed. If it is right, renew the lock (`gomcp lock --update`) or the baseline.",
  sources: [RUG_PULL],
  bad: {
    tools: [weather({ description: "Gives the weather of a city, and of its suburbs." })],
    before: [weather({ description: "Gives the weather of a city." })],
  },
});

export const compatible = driftRule("compatible", {
  id: "GM505",
  name: "compatible-change",
  severity: "info",
  summary: "What changed breaks nobody.",
  why:
    "It is told so that a changelog has it. Against a lock it is an error all the same: it is not " +
    "what was reviewed.",
  remedy: "Renew the lock (`gomcp lock --update`) or the baseline.",
  sources: [RUG_PULL],
  bad: {
    tools: [weatherOf({ type: "string", description: "The name of the city.", maxLength: 200 })],
    before: [weather()],
  },
});

export const added: Rule = {
  id: "GM506",
  name: "tool-added",
  severity: "info",
  summary: "Every tool was reviewed.",
  why:
    "A new tool is told beside a baseline; beside a lock it is an error, since nobody looked at it.",
  remedy: "Read the definition, and renew the lock (`gomcp lock --update`) or the baseline.",
  sources: [RUG_PULL],
  bad: { tools: [weather(), weather({ name: "get_tides" })], before: [weather()] },
  good: { tools: [weather()], before: [weather()] },
  tool({ pinnedName }, report, { pins }) {
    if (pins === undefined || pinnedName === "" || pins.lock.has(pinnedName)) return;
    const severity = pins.kind === "lock" ? "error" : "info";
    report("/name", `"${pinnedName}" is not in ${pins.name}`, { severity });
  },
};

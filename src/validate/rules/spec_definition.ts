/** GM1xx: what MCP itself asks of a definition, its schemas apart. */
import { describeThrown } from "../../base/errors.ts";
import { isRecord, kindOf, pointerStep } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import { utf8Length } from "../../base/utf8_length.ts";
import { checkIcons, NAME } from "../../authoring/identity.ts";
import type { Rule } from "../rule.ts";
import { weather } from "./weather.ts";

const TOOLS = "MCP 2025-11-25 and 2026-07-28, server/tools";

export const unreadable: Rule = {
  id: "GM101",
  name: "unreadable",
  severity: "error",
  summary: "The target does not load, or what it holds is no list of tools.",
  why: "A module that throws while it loads, a file that is no JSON, or an answer without tools " +
    "has nothing that a client could use. Nothing else of the target can be checked.",
  remedy: "Mend what the message names. A module has tools when it exports what `defineTool` " +
    'returns; a file has them as a list, as `{ "tools": […] }`, or as an answer to `tools/list`.',
  sources: [TOOLS],
  byEngine: true,
};

const TYPES: Readonly<Record<string, string>> = {
  name: "string",
  title: "string",
  description: "string",
  inputSchema: "object",
  outputSchema: "object",
  annotations: "object",
  _meta: "object",
};

export const shape: Rule = {
  id: "GM102",
  name: "definition-shape",
  severity: "error",
  summary: "A definition is an object with a name and an input schema, each member of its type.",
  why: "Clients parse the whole answer to `tools/list` by a schema: one definition of another " +
    "shape, and the list is refused with all its tools.",
  remedy: "Give the member the type that the message names. A tool without arguments has the " +
    'input schema `{ "type": "object", "properties": {} }`.',
  sources: [`${TOOLS}: Tool`],
  bad: { tools: [{ name: "ping", description: "Answers pong." }] },
  good: { tools: [weather()] },
  tool({ raw, definition }, report) {
    if (!isRecord(raw)) return report("", `the definition is ${kindOf(raw)}, expected an object`);
    for (const [key, type] of Object.entries(TYPES)) {
      const kind = kindOf(definition[key]);
      const isNeeded = key === "name" || key === "inputSchema";
      if (definition[key] === undefined && !isNeeded) continue;
      if (kind === type) continue;
      const was = definition[key] === undefined ? "missing" : kind;
      report(`/${key}`, `${key} is ${was}, expected ${type === "object" ? "an" : "a"} ${type}`);
    }
  },
};

export const nameForm: Rule = {
  id: "GM103",
  name: "name-form",
  severity: "error",
  summary: 'A name has 1 to 128 characters of A–Z, a–z, 0–9, "_", "-" and ".".',
  why: "Clients refuse other names, or change them and then cannot call the tool. gomcp does not " +
    "serve them.",
  remedy: "Rename the tool; put what people read into `title`.",
  sources: [`${TOOLS}: tool names`],
  bad: { tools: [weather({ name: "get weather" })] },
  good: { tools: [weather({ title: "Get weather" })] },
  tool({ definition: { name } }, report) {
    if (typeof name !== "string" || NAME.test(name)) return;
    const what = name.length > 128 ? `has ${name.length} characters` : "has other characters";
    report("/name", `the name ${what}, expected 1 to 128 of A-Z, a-z, 0-9, "_", "-" and "."`);
  },
};

export const nameTwice: Rule = {
  id: "GM104",
  name: "name-twice",
  severity: "error",
  summary: "No two tools of a server have one name.",
  why: "A call names its tool: which of the two it means nobody knows, and model APIs refuse a " +
    "request that has a name twice.",
  remedy: "Rename one of them.",
  sources: [`${TOOLS}: tool names`],
  bad: { tools: [weather(), weather({ description: "Gives the weather of tomorrow in a city." })] },
  good: { tools: [weather(), weather({ name: "get_forecast" })] },
  server(tools, report) {
    const seen = new Set<string>();
    for (const tool of tools) {
      if (tool.name !== "" && seen.has(tool.name)) {
        report(tool, "/name", `another tool of this server is named "${tool.name}", too`);
      }
      seen.add(tool.name);
    }
  },
};

const HINTS = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];

export const annotationTypes: Rule = {
  id: "GM105",
  name: "annotation-types",
  severity: "error",
  summary: "Annotations are true or false, and their title is a string.",
  why: 'A hint that is "true" in quotes is no hint: clients refuse the definition or take the ' +
    "default, which for `destructiveHint` is true.",
  remedy: "Write the value that the message asks for.",
  sources: [`${TOOLS}: ToolAnnotations`],
  bad: { tools: [weather({ annotations: { readOnlyHint: "true" } })] },
  good: { tools: [weather({ annotations: { readOnlyHint: true, title: "Weather" } })] },
  tool({ annotations }, report) {
    for (const key of [...HINTS, "title"]) {
      const expected = key === "title" ? "string" : "boolean";
      const kind = kindOf(annotations[key]);
      if (annotations[key] === undefined || kind === expected) continue;
      report(`/annotations/${key}`, `${key} is ${kind}, expected ${expected}`);
    }
  },
};

export const annotationsContradict: Rule = {
  id: "GM106",
  name: "annotations-contradict",
  severity: "error",
  summary: "A tool that only reads destroys nothing.",
  why: "Clients skip the question to the user for tools that only read. A definition that says " +
    "both is wrong in one of them, and the wrong one may be the one that is believed.",
  remedy: "Take away the hint that is not true.",
  sources: [`${TOOLS}: ToolAnnotations`],
  bad: { tools: [weather({ annotations: { readOnlyHint: true, destructiveHint: true } })] },
  good: { tools: [weather({ annotations: { readOnlyHint: true, destructiveHint: false } })] },
  tool({ annotations: { readOnlyHint, destructiveHint } }, report) {
    if (readOnlyHint !== true || destructiveHint !== true) return;
    report(
      "/annotations/destructiveHint",
      "the tool says that it only reads, and that it destroys",
    );
  },
};

export const unknownAnnotation: Rule = {
  id: "GM107",
  name: "unknown-annotation",
  severity: "warning",
  summary: "Annotations have only the names that MCP gives them.",
  why: "A misspelt hint says nothing, and clients go by its default. Names that are like none of " +
    "MCP's are only advice: other clients do not know them. gomcp does not define tools with either.",
  remedy: `Use ${
    HINTS.map((hint) => `\`${hint}\``).join(", ")
  } or \`title\`; put other data into \`_meta\`.`,
  sources: [`${TOOLS}: ToolAnnotations`],
  bad: { tools: [weather({ annotations: { readonlyHint: true } })] },
  good: { tools: [weather()] },
  tool({ annotations }, report) {
    for (const key of Object.keys(annotations)) {
      if (HINTS.includes(key) || key === "title") continue;
      const near = HINTS.find((hint) => isNear(hint, key));
      const more = near === undefined ? "" : `; did you mean ${near}?`;
      report(`/annotations${pointerStep(key)}`, `"${key}" is no annotation of MCP's${more}`, {
        severity: near === undefined ? "info" : "warning",
      });
    }
  },
};

/** "readonlyHint", "read_only_hint", "readOnly". */
function isNear(hint: string, key: string): boolean {
  const plain = key.toLowerCase().replace(/[_-]/g, "");
  return plain === hint.toLowerCase() || `${plain}hint` === hint.toLowerCase();
}

export const icons: Rule = {
  id: "GM108",
  name: "icons",
  severity: "error",
  summary: "Icons have an https: or data: address, and members of their types.",
  why: "Clients must not load icons from elsewhere; one that is refused can take the list with it.",
  remedy: 'Give `src` an https: or data: URI, `sizes` a list such as `["48x48"]`, `theme` ' +
    '"light" or "dark".',
  sources: ["MCP 2025-11-25, basic: icons"],
  bad: { tools: [weather({ icons: [{ src: "http://example.com/sun.png" }] })] },
  good: { tools: [weather({ icons: [{ src: "https://example.com/sun.png", sizes: ["48x48"] }] })] },
  tool({ definition }, report) {
    try {
      checkIcons(definition.icons);
    } catch (error) {
      report("/icons", describeThrown(error));
    }
  },
};

export const definitionSize: Rule = {
  id: "GM109",
  name: "definition-size",
  severity: "error",
  summary: `A definition has at most ${LIMITS.toolDefinitionBytesMax / 1024} KiB.`,
  why:
    "It is sent to the model with every request, if any client takes it at all. gomcp does not " +
    "serve larger ones.",
  remedy: "Split the tool, or take texts out of its schema that belong into documentation.",
  sources: ["MCP 2026-07-28, basic: JSON Schema usage (bounds)"],
  bad: { tools: [weather({ description: "sun ".repeat(70_000) })] },
  good: { tools: [weather()] },
  tool({ json }, report) {
    const bytes = utf8Length(json);
    if (bytes <= LIMITS.toolDefinitionBytesMax) return;
    report(
      "",
      `the definition has ${bytes} bytes, expected at most ${LIMITS.toolDefinitionBytesMax}`,
    );
  },
};

/** GM20x: names and numbers that model APIs and clients take. */
import { pointerStep } from "../../base/json.ts";
import { among, type Profile, PROFILE_NAMES } from "../profiles.ts";
import type { Rule } from "../rule.ts";
import { estimateTokens } from "../tokens.ts";
import { weather } from "./weather.ts";

/** The form that each takes names in, and how long one may be. */
const NAME_FORMS: Readonly<Partial<Record<Profile, readonly [RegExp, string, number]>>> = {
  anthropic: [/^[a-zA-Z0-9_-]+$/, 'A-Z, a-z, 0-9, "_" and "-"', 128],
  openai: [/^[a-zA-Z0-9_-]+$/, 'A-Z, a-z, 0-9, "_" and "-"', 64],
  gemini: [
    /^[a-zA-Z_][a-zA-Z0-9_.:-]*$/,
    'a letter or "_" first, then also digits, "." and "-"',
    64,
  ],
  vscode: [/^[a-zA-Z0-9_.-]+$/, 'A-Z, a-z, 0-9, "_", "-" and "."', 64],
};

export const nameForApis: Rule = {
  id: "GM201",
  name: "name-for-apis",
  severity: "error",
  summary: "The name, behind its prefix, is one that the model API takes.",
  why:
    "MCP allows names that the APIs behind its clients refuse: Anthropic and OpenAI take no dot, " +
    "Gemini no digit first, OpenAI and Gemini at most 64 characters, to which a client or gateway " +
    "adds the server's name as a prefix. One such name and the API answers 400 to the request with " +
    "all its tools.",
  remedy: 'Shorten the name, and use letters, digits and "_" only. `--prefix TEXT` (or `prefix` ' +
    "in the configuration) is what stands before it in your client, such as `mcp__weather__`.",
  sources: [
    "https://github.com/github/copilot-cli/issues/1879 (Anthropic: ^[a-zA-Z0-9_-]{1,128}$)",
    "https://github.com/microsoft/vscode/issues/243602 (64 characters)",
    "https://github.com/kaitranntt/ccs/issues/25 (Gemini)",
    "https://github.com/anthropics/claude-code/issues/2412 (prefix)",
  ],
  profiles: ["anthropic", "openai", "gemini", "vscode"],
  bad: { tools: [weather({ name: "weather.get" })] },
  good: { tools: [weather()], prefix: "mcp__weather__" },
  tool({ name, servedName }, report, { profiles }) {
    if (name === "") return;
    const faults = new Map<string, string[]>();
    for (const profile of profiles) {
      const [form, words, max] = NAME_FORMS[profile] ?? [];
      if (form === undefined) continue;
      const fault = !form.test(servedName)
        ? `is not of ${words}`
        : servedName.length > max!
        ? `has ${servedName.length} characters, expected at most ${max}`
        : undefined;
      if (fault === undefined) continue;
      faults.set(fault, [...faults.get(fault) ?? [], PROFILE_NAMES[profile]]);
    }
    for (const [fault, names] of faults) {
      report("/name", `"${servedName}" ${fault} (${names.join(", ")})`);
    }
  },
};

export const propertyName: Rule = {
  id: "GM202",
  name: "property-name",
  severity: "error",
  summary: 'Arguments have names of 1 to 64 characters of A–Z, a–z, 0–9, "_", "." and "-".',
  why: "Anthropic's API answers 400 to a request with another one among the properties of any " +
    "tool's schema. Names such as `filter[id]` or `$top` come from APIs that tools are generated of.",
  remedy: "Rename the argument, and map it to the other name in the handler.",
  sources: [
    "https://github.com/beautyfree/appstore-connect-mcp/issues/2",
    "https://github.com/decocms/studio/pull/6874 (only the outermost properties are checked)",
  ],
  profiles: ["anthropic"],
  bad: {
    tools: [weather({
      inputSchema: { type: "object", properties: { "filter[city]": { type: "string" } } },
    })],
  },
  good: { tools: [weather()] },
  tool({ input }, report) {
    const properties = input[0]?.schema.properties;
    for (const name of Object.keys(properties ?? {})) {
      if (/^[a-zA-Z0-9_.-]{1,64}$/.test(name)) continue;
      const at = `/inputSchema/properties${pointerStep(name)}`;
      report(at, `"${name}" is not 1 to 64 of A-Z, a-z, 0-9, "_", "." and "-" (Anthropic's API)`);
    }
  },
};

const TOOLS_MAX: Readonly<Partial<Record<Profile, number>>> = { openai: 128, vscode: 128 };

export const toolCount: Rule = {
  id: "GM203",
  name: "tool-count",
  severity: "error",
  summary: "A server, or all servers of a client, have no more tools than a request may have.",
  why: "OpenAI's API and VS Code take 128 tools in a request, those of all servers together. " +
    "Models choose worse among many long before that.",
  remedy: "Split the server, or let the operator choose groups of tools.",
  sources: [
    "https://github.com/anomalyco/opencode/issues/4909 (OpenAI)",
    "https://github.com/postmanlabs/postman-mcp-server/pull/26 (VS Code)",
  ],
  profiles: ["openai", "vscode"],
  bad: { tools: Array.from({ length: 129 }, (_, at) => weather({ name: `get_weather_${at}` })) },
  good: { tools: [weather()] },
  server(tools, report, { profiles }) {
    const over = profiles.filter((each) => tools.length > (TOOLS_MAX[each] ?? Infinity));
    if (over.length === 0) return;
    const max = Math.min(...over.map((each) => TOOLS_MAX[each]!));
    const message = `there are ${tools.length} tools, expected at most ${max}`;
    report(tools[0]!, "", `${message} (${among(over, over)})`);
  },
  // Whether one client has all of them is not known.
  all(servers, report, { profiles }) {
    const max = Math.min(...profiles.map((each) => TOOLS_MAX[each] ?? Infinity));
    const total = servers.flat().length;
    if (total <= max || servers.some(({ length }) => length > max)) return;
    const over = profiles.filter((each) => total > (TOOLS_MAX[each] ?? Infinity));
    const message =
      `the servers have ${total} tools together, expected at most ${max} in a request`;
    report({ server: 0 }, "", `${message} (${among(over, over)})`, { severity: "warning" });
  },
};

export const descriptionLength: Rule = {
  id: "GM204",
  name: "description-length",
  severity: "warning",
  summary: "A description has at most 1,024 characters.",
  why:
    "OpenAI's older models answer 400 to longer ones (`string_above_max_length`), and clients cut " +
    "them: what stands behind is not read.",
  remedy: "Say what the tool is for and when to use it; put the rest into the arguments' " +
    "descriptions, a resource or a prompt.",
  sources: [
    "https://github.com/getsentry/sentry-mcp/issues/106",
    "https://github.com/microsoft/genaiscript/issues/1381",
  ],
  profiles: ["openai"],
  bad: { tools: [weather({ description: "Gives the weather of a city. ".repeat(40) })] },
  good: { tools: [weather()] },
  tool({ description }, report) {
    if (description.length <= 1_024) return;
    const message = `the description has ${description.length} characters, expected at most 1024`;
    report("/description", `${message} (OpenAI's API)`);
  },
};

export const tokens: Rule = {
  id: "GM205",
  name: "tokens",
  severity: "warning",
  summary: "Definitions take no more of a model's context than they are worth.",
  why:
    "Every definition is sent with every request: it is paid for each time and takes room from " +
    "the conversation. The count is an estimate.",
  remedy:
    "Shorten descriptions, drop what the model does not need from schemas, split the server. " +
    "The limits are `limits.toolTokens` and `limits.totalTokens` in the configuration.",
  sources: ["https://github.com/openai/codex/issues/9266"],
  bad: {
    tools: [weather({ description: "Gives the weather of a city. ".repeat(40) })],
    limits: { toolTokens: 100 },
  },
  good: { tools: [weather()] },
  server(tools, report, { limits }) {
    let total = 0;
    for (const tool of tools) {
      const count = estimateTokens(tool.json);
      total += count;
      if (count <= limits.toolTokens) continue;
      report(
        tool,
        "",
        `the definition is about ${count} tokens, expected at most ${limits.toolTokens}`,
      );
    }
    if (total <= limits.totalTokens) return;
    const message =
      `all definitions are about ${total} tokens, expected at most ${limits.totalTokens}`;
    report(tools[0]!, "", message);
  },
};

/** Runs the rules over servers' tools. */
import { describeThrown } from "../base/errors.ts";
import { type Finding, isAtLeast, SEVERITIES, type Severity } from "./finding.ts";
import { Locator } from "./locate.ts";
import { DEFAULT_PROFILES, type Profile } from "./profiles.ts";
import type { Pins, Report, Rule, RuleContext, RuleLimits, ToolReport } from "./rule.ts";
import { RULES } from "./rules/all_rules.ts";
import { type Ignored, suppress } from "./suppressions.ts";
import { pinnedName, servedName, type ToolServer } from "./tool_server.ts";
import { ToolView } from "./tool_view.ts";

export interface ValidateOptions {
  /** @default anthropic, openai, gemini, vscode */
  readonly profiles?: readonly Profile[] | undefined;
  /** What rules are worth instead of what they say; "off" for those that are not run. */
  readonly severities?: ReadonlyMap<string, Severity | "off"> | undefined;
  readonly ignored?: readonly Ignored[] | undefined;
  readonly limits?: Partial<RuleLimits> | undefined;
  /** What clients put before names, which counts towards their length. @default "" */
  readonly prefix?: string | undefined;
  readonly samples?: ReadonlyMap<string, unknown> | undefined;
  readonly pins?: Pins | undefined;
  /** What was found before, while targets were read. */
  readonly found?: readonly Finding[] | undefined;
}

/** What was looked at, and what was found. */
export interface Validation {
  readonly servers: readonly ToolServer[];
  /** In the order of servers, tools and rules. */
  readonly findings: readonly Finding[];
  /** How many were suppressed, with a reason. */
  readonly suppressed: number;
  readonly tools: number;
  readonly locator: Locator;
}

/** A token costs the same whoever writes it: these are a hundredth and a tenth of a context of 200,000. */
export const DEFAULT_LIMITS: RuleLimits = { toolTokens: 2_000, totalTokens: 20_000 };

export function validate(
  servers: readonly ToolServer[],
  options: ValidateOptions = {},
): Validation {
  const { severities = new Map(), ignored = [], found = [] } = options;
  const context = contextOf(servers, options);
  const views = servers.map((server, at) =>
    server.tools.map((tool, index) =>
      new ToolView(at, index, tool.definition, {
        servedName: (options.prefix ?? "") + servedName(server, tool),
        shownName: servedName(server, tool),
        pinnedName: pinnedName(server, tool),
      })
    )
  );
  const rules = [...RULES.values()].filter((rule) =>
    severities.get(rule.id) !== "off" && isAsked(rule, context)
  );
  const raw = rules.flatMap((rule) => runRule(rule, views, context));
  const ran = new Set(rules.map(({ id }) => id));
  const locator = new Locator(servers);
  const { findings, suppressed } = suppress(
    [...found, ...raw],
    servers,
    ignored,
    locator,
    (rule) => ran.has(rule),
  );
  return {
    servers,
    findings: findings.flatMap((finding) => weighed(finding, severities)).sort(inOrder),
    suppressed,
    tools: views.flat().length,
    locator,
  };
}

/** How many findings there are of each severity. */
export function countFindings(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const count = (severity: Severity) =>
    findings.filter((each) => each.severity === severity).length;
  return { error: count("error"), warning: count("warning"), info: count("info") };
}

/** Whether there is one at or above a severity. */
export function fails(findings: readonly Finding[], failOn: Severity): boolean {
  return findings.some(({ severity }) => isAtLeast(severity, failOn));
}

function contextOf(servers: readonly ToolServer[], options: ValidateOptions): RuleContext {
  const names = servers.map(({ tools }) =>
    new Set(tools.map(({ definition }) => (definition as { name?: unknown } | null)?.name))
  );
  return {
    profiles: options.profiles ?? DEFAULT_PROFILES,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    samples: options.samples ?? new Map(),
    pins: options.pins,
    hasTool: (server, name) => names[server]?.has(name) ?? false,
  };
}

const UNREADABLE = { rule: "GM101", severity: "error", pointer: "" } as const;

/** Whether a rule has something to say to these clients, and of drift something to compare with. */
function isAsked({ id, profiles }: Rule, context: RuleContext): boolean {
  if (id.startsWith("GM5") && context.pins === undefined) return false;
  return profiles === undefined || profiles.some((each) => context.profiles.includes(each));
}

function runRule(
  rule: Rule,
  servers: readonly (readonly ToolView[])[],
  context: RuleContext,
): Finding[] {
  const { id, severity } = rule;
  const findings: Finding[] = [];
  const report: ToolReport = (about, pointer, message, { fix, severity: own } = {}) => {
    const place = about instanceof ToolView
      ? { server: about.server, tool: about.index }
      : { server: about.server };
    const more = fix === undefined ? {} : { fix };
    findings.push({ rule: id, severity: own ?? severity, message, ...place, pointer, ...more });
  };
  for (const tools of servers) {
    for (const tool of rule.tool === undefined ? [] : tools) {
      const ofTool: Report = (pointer, message, more) => report(tool, pointer, message, more);
      try {
        rule.tool!(tool, ofTool, context);
      } catch (error) {
        // Of one tool that a rule cannot bear, the others are told all the same.
        const message = `${id} cannot look at the tool: ${describeThrown(error)}`;
        findings.push({ ...UNREADABLE, message, server: tool.server, tool: tool.index });
      }
    }
    if (tools.length > 0) rule.server?.(tools, report, context);
  }
  rule.all?.(servers, report, context);
  return findings;
}

function weighed(
  finding: Finding,
  severities: ReadonlyMap<string, Severity | "off">,
): Finding[] {
  const own = severities.get(finding.rule);
  if (own === undefined) return [finding];
  return own === "off" ? [] : [{ ...finding, severity: own }];
}

function inOrder(a: Finding, b: Finding): number {
  return a.server - b.server || (a.tool ?? -1) - (b.tool ?? -1) ||
    SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}

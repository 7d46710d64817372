/** What a rule is: what it looks for, why, and examples that tests and documents are made of. */
import type { Lock } from "../pins/lock.ts";
import type { Fix, Severity } from "./finding.ts";
import type { Profile } from "./profiles.ts";
import type { SchemaNode } from "./schema_nodes.ts";
import type { ToolView } from "./tool_view.ts";

/** What a rule says of a place. The pointer is the tool's. */
export type Report = (pointer: string, message: string, more?: ReportMore) => void;

export interface ReportMore {
  readonly fix?: Fix;
  /** @default the rule's */
  readonly severity?: Severity;
}

/** What stands beside the tools. */
export interface RuleContext {
  /** The clients that tools are to work with. */
  readonly profiles: readonly Profile[];
  readonly limits: RuleLimits;
  /** Results of tools by their names, for their output schemas. */
  readonly samples: ReadonlyMap<string, unknown>;
  /** Definitions that were reviewed, or shipped before. */
  readonly pins: Pins | undefined;
  /** Whether a server's tools include one of that name. */
  readonly hasTool: (server: number, name: string) => boolean;
}

/** What tools are compared with. */
export interface Pins {
  readonly lock: Lock;
  /** A lock was reviewed: whatever differs from it is an error. A baseline was only shipped. */
  readonly kind: "lock" | "baseline";
  /** For messages, such as "gomcp.lock" or "git:main". */
  readonly name: string;
  /** The targets are all that there is: what is pinned and missing is gone. */
  readonly whole: boolean;
}

/** Numbers above which rules speak. */
export interface RuleLimits {
  /** Tokens of one definition, as estimated. */
  readonly toolTokens: number;
  /** Tokens of all definitions of a request. */
  readonly totalTokens: number;
}

/** Definitions, and what stands beside them. */
export interface Example {
  readonly tools: readonly unknown[];
  /** The tools of a second server. */
  readonly others?: readonly unknown[];
  readonly profiles?: readonly Profile[];
  readonly prefix?: string;
  readonly samples?: Readonly<Record<string, unknown>>;
  /** The definitions before, as a baseline. */
  readonly before?: readonly unknown[];
  readonly limits?: Partial<RuleLimits>;
}

/** What people are told of a rule. */
export interface RuleText {
  /** Stable: "GM203". */
  readonly id: string;
  /** In words, such as "root-combinator". */
  readonly name: string;
  readonly severity: Severity;
  /** What it finds, as one sentence. */
  readonly summary: string;
  /** Why that is bad, and for whom: Markdown. */
  readonly why: string;
  /** What to do. */
  readonly remedy: string;
  /** Where that is written. */
  readonly sources: readonly string[];
  /** Only for these clients. @default all */
  readonly profiles?: readonly Profile[];
  /** Whether `--fix` may mend it. */
  readonly fixable?: boolean;
  /** Found by the reader of targets or by the engine, so there is no example of a definition. */
  readonly byEngine?: boolean;
  readonly bad?: Example;
  readonly good?: Example;
}

/** A rule looks at each tool, at all tools of a server, or at all servers. */
export interface Rule extends RuleText {
  readonly tool?: (tool: ToolView, report: Report, context: RuleContext) => void;
  readonly server?: (tools: readonly ToolView[], report: ToolReport, context: RuleContext) => void;
  readonly all?: (
    servers: readonly (readonly ToolView[])[],
    report: ToolReport,
    context: RuleContext,
  ) => void;
}

/** Of rules that see several tools; without a tool it is about the server, the first by default. */
export type ToolReport = (
  about: ToolView | { readonly server: number },
  pointer: string,
  message: string,
  more?: ReportMore,
) => void;

/** A rule that looks at each schema of the input. */
export function eachInput(
  check: (node: SchemaNode, report: Report, context: RuleContext) => void,
): NonNullable<Rule["tool"]> {
  return (tool, report, context) => {
    for (const node of tool.input) check(node, report, context);
  };
}

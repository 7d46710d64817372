/** What is recorded of which call: rules, of which the first that fits holds. */
import { GomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { anyGlob, type NameTest } from "./glob.ts";
import { AUDIT_LEVELS, AUDIT_STAGES, type AuditLevel, type AuditStage } from "./record.ts";
import { createRedactor, type RedactOptions, type Redactor } from "./redact.ts";

/** One rule of a policy. What it does not name, it fits. */
export interface AuditRule {
  /** Tenants, by patterns with `*` and `?`. */
  readonly tenants?: readonly string[];
  /** Tools, prompts and URIs of resources, by patterns. */
  readonly tools?: readonly string[];
  /** Adapters: stdio, http, rest, grpc, library. */
  readonly adapters?: readonly string[];
  /** How much is recorded. */
  readonly level: AuditLevel;
  /** Which stages are. @default completed, refused and panicked */
  readonly stages?: readonly AuditStage[];
  /** Whether arguments and results are hashed. @default from level request on */
  readonly hashes?: boolean;
}

/** What a policy file holds. */
export interface AuditPolicyOptions {
  /** In order; the first that fits a call holds. Who fits none is recorded at level metadata. */
  readonly rules?: readonly AuditRule[];
  /** What is taken out of recorded values. */
  readonly redact?: RedactOptions;
}

/** A rule as it holds for a call. */
export interface AppliedRule {
  /** How much is recorded. */
  readonly level: AuditLevel;
  /** Whether a record is written before anything is decided. */
  readonly received: boolean;
  /** Whether the end of a call is recorded. */
  readonly completed: boolean;
  /** Whether a refusal is recorded. */
  readonly refused: boolean;
  /** Whether a failure of the server is recorded. */
  readonly panicked: boolean;
  /** Whether arguments and results are hashed. */
  readonly hashes: boolean;
}

/** A checked policy. Made by `createAuditPolicy`. */
export interface AuditPolicy {
  /** The rule that holds for a call. */
  ruleFor(tenant: string, adapter: string, tool: string): AppliedRule;
  /** Takes out of values what must not be recorded. */
  readonly redact: Redactor;
}

const DEFAULT_STAGES: readonly AuditStage[] = ["completed", "refused", "panicked"];
const RULE_KEYS = ["tenants", "tools", "adapters", "level", "stages", "hashes"];
const ADAPTERS = ["stdio", "http", "rest", "grpc", "library"];

interface CompiledRule {
  readonly fits: (tenant: string, adapter: string, tool: string) => boolean;
  readonly applied: AppliedRule;
}

/**
 * Checks a policy.
 *
 * @example
 * ```ts
 * import { createAuditPolicy } from "gomcp";
 *
 * const policy = createAuditPolicy({
 *   rules: [
 *     { tools: ["health*"], level: "none" },
 *     { tenants: ["acme"], adapters: ["http", "rest"], level: "full" },
 *   ],
 *   redact: { keys: ["pin"], pointers: ["/card/number"] },
 * });
 * if (policy.ruleFor("acme", "rest", "pay").level !== "full") throw new Error();
 * if (policy.ruleFor("acme", "rest", "health_check").level !== "none") throw new Error();
 * if (policy.ruleFor("other", "stdio", "pay").level !== "metadata") throw new Error();
 * ```
 *
 * @throws {GomcpError} `invalid_request` naming the rule, and what it takes.
 */
export function createAuditPolicy(options: AuditPolicyOptions = {}): AuditPolicy {
  const { rules = [], redact = {}, ...rest } = checkObject(options, "it") as AuditPolicyOptions;
  refuseUnknown(rest, "it", ["rules", "redact"]);
  if (!Array.isArray(rules)) throw bad(`/rules is ${kindOf(rules)}, expected an array`);
  if (rules.length > LIMITS.auditRulesMax) {
    throw bad(`it has ${rules.length} rules, expected at most ${LIMITS.auditRulesMax}`);
  }
  const compiled = rules.map((rule, index) => compileRule(rule, `/rules/${index}`));
  compiled.push(compileRule({ level: "metadata" }, ""));
  return { ruleFor: rememberRules(compiled), redact: createRedactor(redact) };
}

/**
 * Reads a policy from the text of its file.
 *
 * @throws {GomcpError} `invalid_request` when it is no JSON, or no policy.
 */
export function parseAuditPolicy(text: string): AuditPolicy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GomcpError("invalid_request", "Cannot read audit policy: it is no JSON", { cause });
  }
  return createAuditPolicy(value as AuditPolicyOptions);
}

/** Rules of those who have called before are not looked for again. */
function rememberRules(rules: readonly CompiledRule[]): AuditPolicy["ruleFor"] {
  const only = rules.length === 1 ? rules[0]!.applied : undefined;
  if (only !== undefined) return () => only;
  const places = new Map<string, Map<string, Map<string, AppliedRule>>>();
  let size = 0;
  return (tenant, adapter, tool) => {
    const found = places.get(adapter)?.get(tenant)?.get(tool);
    if (found !== undefined) return found;
    if (size++ >= LIMITS.auditRulesCached) {
      places.clear();
      size = 0;
    }
    const { applied } = rules.find(({ fits }) => fits(tenant, adapter, tool))!;
    const tenants = places.get(adapter) ?? new Map<string, Map<string, AppliedRule>>();
    const tools = tenants.get(tenant) ?? new Map<string, AppliedRule>();
    places.set(adapter, tenants.set(tenant, tools.set(tool, applied)));
    return applied;
  };
}

function compileRule(value: unknown, at: string): CompiledRule {
  const rule = checkObject(value, at) as unknown as AuditRule;
  refuseUnknown(rule, at, RULE_KEYS);
  const level = oneOf(rule.level, AUDIT_LEVELS, `${at}/level`);
  const stages = rule.stages === undefined
    ? DEFAULT_STAGES
    : texts(rule.stages, `${at}/stages`).map((stage) => oneOf(stage, AUDIT_STAGES, `${at}/stages`));
  const { hashes = level === "request" || level === "full" } = rule;
  if (typeof hashes !== "boolean") throw bad(`${at}/hashes is ${kindOf(hashes)}, expected boolean`);
  const adapters = rule.adapters === undefined
    ? undefined
    : texts(rule.adapters, `${at}/adapters`).map((name) => oneOf(name, ADAPTERS, `${at}/adapters`));
  const tenant = patterns(rule.tenants, `${at}/tenants`);
  const tool = patterns(rule.tools, `${at}/tools`);
  return {
    fits: (tenantName, adapter, toolName) =>
      tenant(tenantName) && tool(toolName) && (adapters?.includes(adapter) ?? true),
    applied: {
      level,
      received: stages.includes("received"),
      completed: stages.includes("completed"),
      refused: stages.includes("refused"),
      panicked: stages.includes("panicked"),
      hashes,
    },
  };
}

function patterns(value: unknown, at: string): NameTest {
  return value === undefined ? () => true : anyGlob(texts(value, at));
}

function texts(value: unknown, at: string): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw bad(`${at} is ${kindOf(value)}, expected an array of strings`);
}

function oneOf<T extends string>(value: unknown, known: readonly T[], at: string): T {
  const found = known.find((each) => each === value);
  if (found !== undefined) return found;
  throw bad(`${at} is ${JSON.stringify(value) ?? "missing"}, expected ${known.join(", ")}`);
}

function checkObject(value: unknown, at: string): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw bad(`${at} is ${kindOf(value)}, expected an object`);
}

function refuseUnknown(value: object, at: string, known: readonly string[]): void {
  const key = Object.keys(value).find((each) => !known.includes(each));
  if (key === undefined) return;
  throw bad(`${at} has a member "${key}", expected ${known.join(", ")}`);
}

function bad(what: string): GomcpError {
  return new GomcpError("invalid_request", `Cannot read audit policy: ${what}`);
}

/** Validation as a library: limits and patterns, for any value or JSON text. */
import type { Problem } from "../base/errors.ts";
import { depthExceeds } from "../base/json_depth.ts";
import { LIMITS } from "../base/limits.ts";
import { utf8Length } from "../base/utf8_length.ts";
import { DEFAULT_TENANT } from "../pipeline/call.ts";
import type { ArgumentPurposes } from "../pipeline/purpose.ts";
import { type FamilyModes, HOSTED_MODES, UPSTREAM_MODES } from "./families.ts";
import { makePlan, type Plan } from "./plan.ts";
import { checkPolicy, type OutputPolicy, type ValidationPolicy } from "./policy.ts";
import type { Finding, Scan, Violation } from "./findings.ts";
import { scan } from "./scan.ts";

/** Whose value it is: rules of the policy may tell them apart. */
export interface ValidationContext {
  /** Who is charged for the call. @default "default" */
  readonly tenant?: string;
  /** The tool whose arguments they are. @default "" */
  readonly tool?: string;
  /** What the arguments are for. Must stay the same for the same tool. */
  readonly purposes?: ArgumentPurposes | undefined;
}

/** What validation says of a value. */
export type Validation =
  | {
    readonly ok: true;
    /** The value as it was given or parsed. */
    readonly value: unknown;
    /** What was found and is only to be told. */
    readonly findings: readonly Finding[];
  }
  | {
    readonly ok: false;
    /** Why not, in the form that every adapter renders. Never holds the value. */
    readonly problem: Problem;
    /** The bound that is broken; undefined for a pattern or text that is no JSON. */
    readonly violation: Violation | undefined;
    /** What was found; the first one is why, when `violation` is undefined. */
    readonly findings: readonly Finding[];
  };

/** Checks values. Keeps no state but what it knows of tools. */
export interface Validator {
  /** Checks a parsed value. Never throws on what JSON can hold. */
  validate(value: unknown, context?: ValidationContext): Validation;
  /** Bounds a text, parses it and checks the value. Never throws. */
  validateJson(text: string, context?: ValidationContext): Validation;
  /** What the policy comes to for a tool's calls. */
  forTool(context: ValidationContext): ToolValidation;
  /** The same policy for tools of servers that are not ours: what it does not say is reported. */
  readonly forUpstreams: Validator;
}

/** A policy's part for the calls of one tool by one tenant. */
export interface ToolValidation {
  /** Looks through arguments; what was found is not yet judged. */
  scan(args: unknown): Scan;
  /** What is done to results. */
  readonly outputs: OutputPolicy;
}

/** What a validator does where its policy says nothing. */
export interface ValidatorOptions {
  /** "upstream": for servers that are not ours, everything is reported. @default "hosted" */
  readonly profile?: "hosted" | "upstream";
}

/**
 * Makes a validator of a policy: its families and limits hold for everything, its rules for
 * some tenants, tools or arguments.
 *
 * @example
 * ```ts
 * import { createValidator } from "gomcp";
 *
 * const validator = createValidator({
 *   limits: { stringBytes: 1_000 },
 *   rules: [{ tool: "run_query", argument: "query", purpose: "sql" }],
 * });
 * const query = "x' OR '1'='1";
 * if (validator.validate({ query }).ok) throw new Error();
 * if (!validator.validate({ query }, { tool: "run_query" }).ok) throw new Error();
 * ```
 *
 * @throws {GomcpError} `invalid_request` naming the place in the policy and what it takes.
 */
export function createValidator(
  policy: ValidationPolicy,
  { profile = "hosted" }: ValidatorOptions = {},
): Validator {
  checkPolicy(policy);
  return new PolicyValidator(policy, profile === "hosted" ? HOSTED_MODES : UPSTREAM_MODES);
}

/**
 * The validator of a server that was told nothing: strings of at most 100 KiB, arrays of 10_000
 * items, objects of 1_000 keys, 20 levels; all families of patterns block but `prompt_injection`.
 *
 * @example
 * ```ts
 * import { defaultValidator } from "gomcp";
 *
 * const checked = defaultValidator().validateJson('{"path":"../../etc/passwd"}');
 * if (checked.ok || checked.problem.pointer !== "/path") throw new Error();
 * if (checked.findings[0]?.family !== "path_traversal") throw new Error();
 * ```
 */
export function defaultValidator(): Validator {
  return createValidator({});
}

const NO_CONTEXT: ValidationContext = {};
const NO_FINDINGS: readonly Finding[] = [];

class PlannedValidation implements ToolValidation {
  readonly outputs: OutputPolicy;

  constructor(readonly plan: Plan, readonly purposes: ArgumentPurposes | undefined) {
    this.outputs = plan.outputs;
  }

  scan(args: unknown): Scan {
    return scan(args, this.plan);
  }
}

class PolicyValidator implements Validator {
  readonly #policy: ValidationPolicy;
  readonly #defaults: FamilyModes;
  /** By tool and tenant. */
  readonly #plans = new Map<string, Map<string, PlannedValidation>>();
  #planCount = 0;
  #forUpstreams: Validator | undefined;
  readonly #general: PlannedValidation;

  constructor(policy: ValidationPolicy, defaults: FamilyModes) {
    this.#policy = policy;
    this.#defaults = defaults;
    this.#general = new PlannedValidation(
      makePlan(policy, defaults, { tenant: DEFAULT_TENANT, tool: "" }),
      undefined,
    );
  }

  /** Made when it is first asked for: most servers have no upstreams. */
  get forUpstreams(): Validator {
    return this.#forUpstreams ??= this.#defaults === UPSTREAM_MODES
      ? this
      : new PolicyValidator(this.#policy, UPSTREAM_MODES);
  }

  validate(value: unknown, context = NO_CONTEXT): Validation {
    return judge(value, this.forTool(context));
  }

  validateJson(text: string, context = NO_CONTEXT): Validation {
    const plan = this.forTool(context);
    const { depth, bytes } = plan.plan.limits;
    if (text.length * 3 > bytes) {
      // Escapes and punctuation count here as well: this bounds what is parsed at all.
      const size = utf8Length(text);
      if (size > bytes) return broken({ pointer: "", limit: "bytes", max: bytes, size });
    }
    if (depthExceeds(text, depth)) {
      return broken({ pointer: "", limit: "depth", max: depth, size: depth + 1 });
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // What JSON.parse says quotes the text.
      const detail = "Cannot parse text: it is no JSON";
      return {
        ok: false,
        problem: { code: "parse_error", detail },
        violation: undefined,
        findings: NO_FINDINGS,
      };
    }
    return judge(value, plan);
  }

  forTool(context: ValidationContext): PlannedValidation {
    const { tool = "", tenant = DEFAULT_TENANT } = context;
    if (tool === "" && tenant === DEFAULT_TENANT && context.purposes === undefined) {
      return this.#general;
    }
    const known = this.#plans.get(tool)?.get(tenant);
    // A tool that was reloaded may have others.
    if (known !== undefined && known.purposes === context.purposes) return known;
    return this.#makePlan(tool, tenant, context.purposes);
  }

  #makePlan(
    tool: string,
    tenant: string,
    purposes: ArgumentPurposes | undefined,
  ): PlannedValidation {
    if (this.#planCount >= LIMITS.validationPlansMax) {
      this.#plans.clear();
      this.#planCount = 0;
    }
    const plan = new PlannedValidation(
      makePlan(this.#policy, this.#defaults, { tool, tenant, purposes }),
      purposes,
    );
    let byTenant = this.#plans.get(tool);
    if (byTenant === undefined) this.#plans.set(tool, byTenant = new Map());
    byTenant.set(tenant, plan);
    this.#planCount++;
    return plan;
  }
}

function judge(value: unknown, { plan }: PlannedValidation): Validation {
  const { violation, findings } = scan(value, plan);
  if (violation !== undefined) return broken(violation, findings);
  if (findings.length > 0 && findings[0]!.action === "blocked") {
    return { ok: false, problem: patternProblem(findings[0]!), violation: undefined, findings };
  }
  return { ok: true, value, findings };
}

function broken(violation: Violation, findings = NO_FINDINGS): Validation {
  return { ok: false, problem: limitProblem(violation), violation, findings };
}

/** A broken bound as a problem; `subject` says what could not be done. */
export function limitProblem(violation: Violation, subject = "Cannot accept value"): Problem {
  const { pointer, max } = violation;
  const detail = `${subject}: ${where(pointer)}: ${limitDetail(violation)}`;
  const problem = { code: "invalid_arguments", detail, pointer } as const;
  return max > 0 ? { ...problem, limit: max } : problem;
}

/** A pattern as a problem. */
export function patternProblem(finding: Finding, subject = "Cannot accept value"): Problem {
  const { pointer, family, rule, sizeChars } = finding;
  const detail = `${subject}: ${where(pointer)}: ` +
    `its ${sizeChars} characters hold a pattern of ${family} (${rule}), expected none`;
  return { code: "invalid_arguments", detail, pointer };
}

function where(pointer: string): string {
  return pointer === "" ? "the arguments" : `"${pointer}"`;
}

function limitDetail({ limit, max, size }: Violation): string {
  const most = `expected at most ${max}`;
  switch (limit) {
    case "stringBytes":
      return `the string has ${size} bytes, ${most}`;
    case "items":
      return `the array has ${size} items, ${most}`;
    case "keys":
      return `the object has ${size} keys, ${most}`;
    case "depth":
      return `it is nested ${size} deep or deeper, ${most}`;
    case "nodes":
      return `there are ${size} values or more, ${most}`;
    case "bytes":
      return `there are ${size} bytes, ${most}`;
    case "looks":
      return `more than ${max} places look like attacks, expected fewer`;
    case "finite_number":
      return "the number is not finite, expected a finite one";
    case "forbidden_key":
      return "the key is one that programs trip over, expected another";
    case "nul":
      return "the string holds a NUL character, expected none";
    case "lone_surrogate":
      return "the string holds half a surrogate pair, expected Unicode text";
    case "json_value":
      return "it is no value that JSON knows";
  }
}

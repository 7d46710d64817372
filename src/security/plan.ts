/** What a policy comes to for the calls of one tool: which patterns, in which argument, how large. */
import { pointerStep } from "../base/json.ts";
import { nameFits } from "../base/name_glob.ts";
import type { ArgumentPurpose, ArgumentPurposes, ArgumentUse } from "../pipeline/purpose.ts";
import { capModes, FAMILIES, type FamilyModes } from "./families.ts";
import { type Matcher, matcherOf } from "./matcher.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_OUTPUTS,
  type OutputPolicy,
  type StructuralLimits,
  type ValidationPolicy,
  type ValidationRule,
} from "./policy.ts";

/** How the strings of an argument, and of what is below, are looked at. */
export interface PlanNode {
  readonly blocks: Matcher | undefined;
  readonly reports: Matcher | undefined;
  /** Whether it looks for words that talk to a model. */
  readonly inWords: boolean;
  readonly stringBytes: number;
  /** What is said of members of its own, by key. */
  readonly children: ReadonlyMap<string, PlanNode> | undefined;
}

export interface Plan {
  readonly limits: StructuralLimits;
  readonly outputs: OutputPolicy;
  readonly root: PlanNode;
}

/** Whose calls a plan is for. */
export interface PlanOf {
  readonly tenant: string;
  readonly tool: string;
  readonly purposes?: ArgumentPurposes | undefined;
}

interface Setting {
  readonly modes: FamilyModes;
  readonly purpose: ArgumentPurpose;
  readonly stringBytes: number;
}

/** Works the plan out. `defaults` are the modes of families that the policy does not mention. */
export function makePlan(policy: ValidationPolicy, defaults: FamilyModes, of: PlanOf): Plan {
  const rules = (policy.rules ?? []).filter((rule) =>
    fits(rule.tenant, of.tenant) && fits(rule.tool, of.tool)
  );
  const whole = [policy, ...rules.filter(({ argument }) => argument === undefined)];
  const limits: StructuralLimits = Object.assign(
    { ...DEFAULT_LIMITS },
    ...whole.map((each) => each.limits),
  );
  const modes = Object.assign({ ...defaults }, ...whole.map(({ families }) => families));
  const setting = { modes, purpose: "text", stringBytes: limits.stringBytes } as const;
  const parts = Object.entries(of.purposes ?? {}).map(([at, use]) => ({ steps: stepsOf(at), use }));
  const said = rules.flatMap((rule) =>
    rule.argument === undefined ? [] : [{ steps: stepsOf(rule.argument), rule }]
  );
  return {
    limits,
    outputs: Object.assign({ ...DEFAULT_OUTPUTS }, ...whole.map(({ outputs }) => outputs)),
    root: makeNode({ setting, modes, parts, said }),
  };
}

/** What is said of a place and of places below it, as steps from there. */
interface Place {
  readonly setting: Setting;
  /** As the policy has them, before any purpose. */
  readonly modes: FamilyModes;
  readonly parts: readonly { steps: readonly string[]; use: ArgumentPurpose | ArgumentUse }[];
  readonly said: readonly { steps: readonly string[]; rule: ValidationRule }[];
}

function makeNode({ setting, modes, parts, said }: Place): PlanNode {
  const here = applyHere(setting, modes, parts, said);
  const below = new Map<string, PlanNode>();
  const steps = [...parts, ...said].flatMap(({ steps }) => steps.slice(0, 1));
  for (const step of new Set(steps)) {
    const under = <T extends { readonly steps: readonly string[] }>(all: readonly T[]) =>
      all.filter((each) => each.steps[0] === step)
        .map((each) => ({ ...each, steps: each.steps.slice(1) }));
    below.set(step, makeNode({ setting: here, modes, parts: under(parts), said: under(said) }));
  }
  const families = (mode: string) => FAMILIES.filter((family) => here.modes[family] === mode);
  const blocks = matcherOf(families("block"), here.purpose);
  const reports = matcherOf(families("report"), here.purpose);
  return {
    blocks,
    reports,
    inWords: blocks?.inWords === true || reports?.inWords === true,
    stringBytes: here.stringBytes,
    children: below.size > 0 ? below : undefined,
  };
}

/** A purpose lowers the modes; an operator's word about this argument goes before it. */
function applyHere(
  inherited: Setting,
  modes: FamilyModes,
  parts: Place["parts"],
  said: Place["said"],
): Setting {
  let { modes: current, purpose, stringBytes } = inherited;
  const rules = said.filter(({ steps }) => steps.length === 0).map(({ rule }) => rule);
  const use = parts.find(({ steps }) => steps.length === 0)?.use;
  const own = typeof use === "object" ? use.for : use;
  const wanted = rules.findLast((rule) => rule.purpose !== undefined)?.purpose ?? own;
  if (wanted !== undefined) {
    purpose = wanted;
    current = capModes(modes, purpose);
  }
  if (typeof use === "object") stringBytes = use.stringBytesMax ?? stringBytes;
  for (const { families, limits } of rules) {
    current = { ...current, ...families };
    stringBytes = limits?.stringBytes ?? stringBytes;
  }
  return { modes: current, purpose, stringBytes };
}

/** "/a/b" is a pointer, "a" the name of an argument, "" all arguments. */
function stepsOf(at: string): string[] {
  if (at === "") return [];
  const pointer = at.startsWith("/") ? at : pointerStep(at);
  return pointer.slice(1).split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function fits(pattern: string | undefined, name: string): boolean {
  return pattern === undefined || nameFits(pattern, name);
}

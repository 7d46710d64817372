/** What an operator decides about validation, and how it is read from a file. */
import { GomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { ARGUMENT_PURPOSES, type ArgumentPurpose } from "../pipeline/purpose.ts";
import { FAMILIES, type Family, FAMILY_MODES, type FamilyMode } from "./families.ts";

/** Bounds of a tool's arguments. All are counts of at least 1. */
export interface StructuralLimits {
  /** UTF-8 bytes of a string or key, at most 4 MiB. @default 102_400 */
  readonly stringBytes: number;
  /** Items of an array. @default 10_000 */
  readonly items: number;
  /** Keys of an object. @default 1_000 */
  readonly keys: number;
  /** Arrays and objects within each other, the arguments themselves included; at most 64. @default 20 */
  readonly depth: number;
  /** Values of any kind. @default 100_000 */
  readonly nodes: number;
  /** UTF-8 bytes of all strings and keys, at most 4 MiB. @default 4_194_304 */
  readonly bytes: number;
}

/** What is done to results. */
export interface OutputPolicy {
  /** Control characters and sequences of terminals in text. @default "strip" */
  readonly terminal: "strip" | "keep";
  /**
   * What has the shape of a private key or an access token: left alone, told, or masked. Off
   * by default: a result is what was asked for, and a masked file that is written back is broken.
   * @default "off"
   */
  readonly secrets: "off" | "report" | "mask";
}

/** What may be decided for everything, or by a rule for some of it. */
export interface ValidationSettings {
  /** What the patterns of a family lead to. @default "block", `prompt_injection` "report" */
  readonly families?: Readonly<Partial<Record<Family, FamilyMode>>>;
  /** Bounds of the arguments. */
  readonly limits?: Partial<StructuralLimits>;
  /** What is done to results. */
  readonly outputs?: Partial<OutputPolicy>;
}

/** Settings for the calls that it fits; a later rule goes before an earlier one. */
export interface ValidationRule extends ValidationSettings {
  /** A tenant's id; `*` stands for any characters, `?` for one. @default all */
  readonly tenant?: string;
  /** A tool's name; `*` stands for any characters, `?` for one. @default all */
  readonly tool?: string;
  /** The name of an argument or a JSON Pointer: only this and what is below. It takes `families`, `purpose` and `limits.stringBytes`. */
  readonly argument?: string;
  /** What the argument is for, in place of what its tool says. Needs `argument`. */
  readonly purpose?: ArgumentPurpose;
}

/** What `createValidator` takes. */
export interface ValidationPolicy extends ValidationSettings {
  /** At most 1_000. */
  readonly rules?: readonly ValidationRule[];
}

export const DEFAULT_LIMITS: StructuralLimits = {
  stringBytes: LIMITS.argumentStringBytesMax,
  items: LIMITS.argumentItemsMax,
  keys: LIMITS.argumentKeysMax,
  depth: LIMITS.argumentDepthMax,
  nodes: LIMITS.argumentNodesMax,
  bytes: LIMITS.argumentBytesMax,
};

export const DEFAULT_OUTPUTS: OutputPolicy = { terminal: "strip", secrets: "off" };

/** A message holds no more. */
const CEILINGS: StructuralLimits = {
  stringBytes: LIMITS.messageBytesMax,
  items: LIMITS.messageBytesMax,
  keys: LIMITS.messageBytesMax,
  depth: LIMITS.messageDepthMax,
  nodes: LIMITS.messageBytesMax,
  bytes: LIMITS.messageBytesMax,
};

/**
 * Reads a policy from JSON text; `where` names it in messages.
 *
 * @throws {GomcpError} `invalid_request` naming the place and what it takes.
 */
export function parsePolicy(text: string, where = "validation policy"): ValidationPolicy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GomcpError("invalid_request", `Cannot read ${where}: it is no JSON`, { cause });
  }
  checkPolicy(value, where);
  return value;
}

/** @throws {GomcpError} `invalid_request` naming the place and what it takes. */
export function checkPolicy(
  value: unknown,
  where = "validation policy",
): asserts value is ValidationPolicy {
  const fail = (at: string, what: string): never => {
    const place = at === "" ? "" : `"${at}": `;
    throw new GomcpError("invalid_request", `Cannot read ${where}: ${place}${what}`);
  };
  if (!isRecord(value)) return fail("", `it is ${kindOf(value)}, expected object`);
  checkKeys(value, ["families", "limits", "outputs", "rules"], "", fail);
  checkSettings(value, "", fail);
  const { rules = [] } = value;
  if (!Array.isArray(rules)) return fail("/rules", `it is ${kindOf(rules)}, expected array`);
  if (rules.length > LIMITS.policyRulesMax) {
    fail("/rules", `it has ${rules.length} items, expected at most ${LIMITS.policyRulesMax}`);
  }
  rules.forEach((rule, index) => checkRule(rule, `/rules/${index}`, fail));
}

type Fail = (at: string, what: string) => never;

function checkRule(rule: unknown, at: string, fail: Fail): void {
  if (!isRecord(rule)) return fail(at, `it is ${kindOf(rule)}, expected object`);
  const keys = ["tenant", "tool", "argument", "purpose", "families", "limits", "outputs"];
  checkKeys(rule, keys, at, fail);
  for (const key of ["tenant", "tool", "argument"]) {
    const name = rule[key];
    if (name !== undefined && (typeof name !== "string" || name === "")) {
      fail(`${at}/${key}`, `it is ${kindOf(name)}, expected a name`);
    }
  }
  if (rule.purpose !== undefined) {
    if (rule.argument === undefined) fail(`${at}/purpose`, 'expected "argument" beside it');
    checkOneOf(rule.purpose, ARGUMENT_PURPOSES, `${at}/purpose`, fail);
  }
  checkSettings(rule, at, fail);
  if (rule.argument === undefined) return;
  if (rule.outputs !== undefined) fail(`${at}/outputs`, "an argument has none");
  const other = Object.keys(rule.limits ?? {}).find((name) => name !== "stringBytes");
  if (other !== undefined) fail(`${at}/limits/${other}`, 'an argument has "stringBytes" only');
}

function checkSettings(value: Record<string, unknown>, at: string, fail: Fail): void {
  for (const [name, mode] of membersOf(value, "families", FAMILIES, at, fail)) {
    checkOneOf(mode, FAMILY_MODES, `${at}/families/${name}`, fail);
  }
  for (const [name, max] of membersOf(value, "limits", Object.keys(CEILINGS), at, fail)) {
    const ceiling = CEILINGS[name as keyof StructuralLimits];
    if (typeof max !== "number" || !Number.isInteger(max) || max < 1 || max > ceiling) {
      fail(`${at}/limits/${name}`, `it is ${shown(max)}, expected a number from 1 to ${ceiling}`);
    }
  }
  for (const [name, mode] of membersOf(value, "outputs", ["terminal", "secrets"], at, fail)) {
    const modes = name === "terminal" ? ["strip", "keep"] : ["off", "report", "mask"];
    checkOneOf(mode, modes, `${at}/outputs/${name}`, fail);
  }
}

function membersOf(
  value: Record<string, unknown>,
  key: string,
  known: readonly string[],
  at: string,
  fail: Fail,
): [string, unknown][] {
  const members = value[key] ?? {};
  if (!isRecord(members)) return fail(`${at}/${key}`, `it is ${kindOf(members)}, expected object`);
  checkKeys(members, known, `${at}/${key}`, fail);
  return Object.entries(members);
}

function checkKeys(
  value: Record<string, unknown>,
  known: readonly string[],
  at: string,
  fail: Fail,
): void {
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd !== undefined) {
    fail(`${at}/${odd}`, `there is no such setting; known: ${known.join(", ")}`);
  }
}

function checkOneOf(value: unknown, known: readonly string[], at: string, fail: Fail): void {
  if (typeof value === "string" && known.includes(value)) return;
  fail(at, `it is ${shown(value)}, expected ${known.join(", ")}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? kindOf(value);
  return text.length <= 60 ? text : kindOf(value);
}

/** Access rules: globs of what may be seen and what may not; what denies wins. */
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { nameFits } from "../base/name_glob.ts";
import { isPrintable } from "./printable.ts";

/** Whether a name may be seen. */
export type NameRule = (name: string) => boolean;

/** What a caller may see; of `allowed` and `scopes` undefined means everything. */
export interface RuleParts {
  readonly allowed: readonly string[] | undefined;
  readonly denied: readonly string[];
  readonly scopes: readonly string[] | undefined;
}

/**
 * Makes a rule: a name must fit `allowed` and `scopes` where they are given, and nothing of
 * `denied`. In a glob "*" stands for any characters and "?" for one; names without either are
 * looked up, not searched.
 */
export function compileRule({ allowed, denied, scopes }: RuleParts): NameRule {
  const fitsAllowed = allowed && anyOf(allowed);
  const fitsDenied = denied.length === 0 ? undefined : anyOf(denied);
  const fitsScopes = scopes && anyOf(scopes);
  if (!fitsAllowed && !fitsDenied && !fitsScopes) return everything;
  return (name) =>
    (fitsDenied === undefined || !fitsDenied(name)) &&
    (fitsAllowed === undefined || fitsAllowed(name)) &&
    (fitsScopes === undefined || fitsScopes(name));
}

/** The same text for rules that say the same. */
export function ruleText({ allowed, denied, scopes }: RuleParts): string {
  if (allowed === undefined && denied.length === 0 && scopes === undefined) return "";
  return JSON.stringify([allowed ?? null, denied, scopes ?? null]);
}

/** @throws {GomcpError} `invalid_request` for too many globs, an empty one or one that is too long, and control characters. */
export function checkGlobs(globs: readonly string[], what: string): readonly string[] {
  if (globs.length > LIMITS.tenantGlobsMax) {
    throw wrong(what, `it has ${globs.length} globs, expected at most ${LIMITS.tenantGlobsMax}`);
  }
  for (const glob of globs) {
    const length = typeof glob === "string" ? glob.length : 0;
    if (length < 1 || length > LIMITS.globCharsMax) {
      throw wrong(what, `a glob has ${length} characters, expected 1 to ${LIMITS.globCharsMax}`);
    }
    if (!isPrintable(glob)) {
      throw wrong(what, `${JSON.stringify(glob)} has a control character, expected none`);
    }
  }
  return globs;
}

/** True for a glob that stands for more than one name. */
function isWild(glob: string): boolean {
  return glob.includes("*") || glob.includes("?");
}

function everything(): boolean {
  return true;
}

function anyOf(globs: readonly string[]): NameRule {
  if (globs.includes("*")) return everything;
  const exact = new Set(globs.filter((glob) => !isWild(glob)));
  const wild = globs.filter(isWild);
  if (wild.length === 0) return (name) => exact.has(name);
  return (name) => exact.has(name) || wild.some((glob) => nameFits(glob, name));
}

function wrong(what: string, why: string): GomcpError {
  return new GomcpError("invalid_request", `Cannot use ${what}: ${why}`);
}

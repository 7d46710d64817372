/** Globs over relative paths, in time that no pattern can blow up. */
import { LIMITS } from "../../../base/limits.ts";
import { GomcpError } from "../../../base/errors.ts";

/** What a glob may hold, for descriptions. */
export const GLOB_RULES = '"*" and "?" within a name, "**" for any directories, "{a,b}" for ' +
  'either; a glob without "/" is compared with the name alone';

/**
 * Makes a test of a glob. Upper and lower case differ, and names with a leading dot are like others.
 *
 * @throws {GomcpError} `invalid_arguments` for a glob that is too long or has too many alternatives.
 */
export function createGlob(glob: string): (path: string) => boolean {
  if (glob.length > LIMITS.globCharsMax) bad(glob, `at most ${LIMITS.globCharsMax} characters`);
  const patterns = expandBraces(glob).map((pattern) => {
    const names = pattern.split("/").filter((name) => name !== ".");
    return (names.length === 1 ? ["**", ...names] : names).map((name) => [...name]);
  });
  return (path) => {
    const names = path.split("/").map((name) => [...name]);
    return patterns.some((pattern) => fits(pattern, names, isAnyDirectories, nameFits));
  };
}

/** Innermost braces first, so that nested ones come out right. */
function expandBraces(glob: string): string[] {
  let patterns = [glob];
  for (;;) {
    const expanded = patterns.flatMap(expandOne);
    if (expanded.length > LIMITS.globAlternativesMax) {
      bad(glob, `braces for at most ${LIMITS.globAlternativesMax} alternatives`);
    }
    if (expanded.every((pattern, index) => pattern === patterns[index])) return patterns;
    patterns = expanded;
  }
}

function expandOne(pattern: string): string[] {
  const braces = /\{([^{}]*)\}/.exec(pattern);
  if (braces === null) return [pattern];
  const before = pattern.slice(0, braces.index);
  const after = pattern.slice(braces.index + braces[0].length);
  return braces[1]!.split(",").map((part) => before + part + after);
}

function nameFits(pattern: readonly string[], name: readonly string[]): boolean {
  return fits(pattern, name, (char) => char === "*", (a, b) => a === "?" || a === b);
}

function isAnyDirectories(name: readonly string[]): boolean {
  return name.length === 2 && name[0] === "*" && name[1] === "*";
}

/**
 * Compares items with a pattern in which some elements stand for any number of items. Only the
 * last such element is ever tried again: what fits before it can stay as it is, so the time is
 * at most the product of the two lengths.
 */
function fits<P, T>(
  pattern: readonly P[],
  items: readonly T[],
  isMany: (element: P) => boolean,
  isOne: (element: P, item: T) => boolean,
): boolean {
  let p = 0;
  let retry: { p: number; i: number } | undefined;
  for (let i = 0; i < items.length;) {
    if (p < pattern.length && isMany(pattern[p]!)) {
      retry = { p: ++p, i };
    } else if (p < pattern.length && isOne(pattern[p]!, items[i]!)) {
      p++;
      i++;
    } else if (retry) {
      p = retry.p;
      i = ++retry.i;
    } else {
      return false;
    }
  }
  return pattern.slice(p).every(isMany);
}

function bad(glob: string, expected: string): never {
  throw new GomcpError(
    "invalid_arguments",
    `Cannot use a glob of ${glob.length} characters: expected ${expected}`,
  );
}

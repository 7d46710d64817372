/** Names by patterns: `*` is any run of characters, `?` any one; all else is itself. */

import { nameFits } from "../base/name_glob.ts";

/** True for a text that one of the patterns fits as a whole. */
export type NameTest = (text: string) => boolean;

/** One pattern as a test. */
export function globTest(pattern: string, options: { ignoreCase?: boolean } = {}): NameTest {
  const fold = (text: string) => options.ignoreCase === true ? text.toLowerCase() : text;
  const wanted = fold(pattern);
  if (!/[*?]/.test(wanted)) return (text) => fold(text) === wanted;
  return (text) => nameFits(wanted, fold(text));
}

/** True when one of them fits. */
export function anyGlob(
  patterns: readonly string[],
  options: { ignoreCase?: boolean } = {},
): NameTest {
  const tests = patterns.map((pattern) => globTest(pattern, options));
  return (text) => tests.some((test) => test(text));
}

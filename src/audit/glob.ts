/** Names by patterns: `*` is any run of characters, `?` any one; all else is itself. */

/** True for a text that one of the patterns fits as a whole. */
export type NameTest = (text: string) => boolean;

/** The last star is enough to go back to, so the time is at most the product of both lengths. */
export function globTest(pattern: string, options: { ignoreCase?: boolean } = {}): NameTest {
  const fold = (text: string) => options.ignoreCase === true ? text.toLowerCase() : text;
  const wanted = fold(pattern);
  if (!/[*?]/.test(wanted)) return (text) => fold(text) === wanted;
  return (text) => matches(wanted, fold(text));
}

/** True when one of them fits. */
export function anyGlob(
  patterns: readonly string[],
  options: { ignoreCase?: boolean } = {},
): NameTest {
  const tests = patterns.map((pattern) => globTest(pattern, options));
  return (text) => tests.some((test) => test(text));
}

function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let from = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      from = t;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++from;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** What an operator writes and others read on their terminals. */

/** Controls, ends of lines, and what turns the direction of writing around. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** False for a text that would show as something else than it is. */
export function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text);
}

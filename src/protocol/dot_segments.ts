/** Steps "." and ".." of paths (RFC 3986 section 5.2.4), which lead out of what a template stands for. */

// Encoded ones count, too: whoever decodes a value once more must not find a way out in it.
const SEPARATOR = /[\\/?#]|%2f|%5c|%3f|%23/i;
const DOTS = /^(?:\.|%2e){1,2}$/i;

/** True when one step of a value is "." or "..". Backslashes count as slashes, as on Windows. */
export function hasDotSegment(value: string): boolean {
  return value.split(SEPARATOR).some((step) => DOTS.test(step));
}

/** The same for a whole URI; its query and its fragment are no path. */
export function pathHasDotSegment(uri: string): boolean {
  return hasDotSegment(uri.split(/[?#]/, 1)[0]!);
}

/** Look-ups on a call's way: most are for what was looked up before. */

/**
 * Remembers what was found last. Texts that have just been parsed have no hash yet: to look one up
 * in a map costs five times as much as to see that it is the same as the one before.
 */
export function rememberLast<T>(
  find: (name: string) => T | undefined,
): (name: string) => T | undefined {
  let lastName: string | undefined;
  let last: T | undefined;
  return (name) => {
    if (name === lastName) return last;
    const found = find(name);
    if (found === undefined) return undefined;
    lastName = name;
    return last = found;
  };
}

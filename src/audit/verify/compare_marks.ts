/** Which lines of a broken batch are broken, by the marks that its chain line has of them. */

/** Places in the batch as it is, and as it was. */
export interface MarkDifference {
  /** Lines that are there with other bytes than were written. */
  readonly altered: readonly number[];
  /** Lines that stand in another place. */
  readonly moved: readonly number[];
  /** Lines that were never written. */
  readonly inserted: readonly number[];
  /** How many lines that were written are not there. */
  readonly missing: number;
}

/**
 * Compares marks. What is in order in both is left alone; of what is left, the same mark in two
 * places was moved, and what stands where something else is missing was altered.
 */
export function compareMarks(was: readonly string[], is: readonly string[]): MarkDifference {
  const pairs = pairUp(was, is);
  const inOrder = new Set(longestRise(pairs.map(([old]) => old)).map((i) => pairs[i]![1]));
  const moved = pairs.filter(([, now]) => !inOrder.has(now)).map(([, now]) => now);
  const known = new Set(pairs.map(([, now]) => now));
  const strange = is.map((_, now) => now).filter((now) => !known.has(now));
  const lost = was.length - pairs.length;
  const altered = strange.slice(0, lost);
  return { altered, moved, inserted: strange.slice(lost), missing: lost - altered.length };
}

/** Pairs of an old and a new place with the same mark, by new place. Equal marks pair in order. */
function pairUp(was: readonly string[], is: readonly string[]): [number, number][] {
  const places = new Map<string, number[]>();
  was.forEach((mark, old) => {
    const list = places.get(mark);
    if (list === undefined) places.set(mark, [old]);
    else list.push(old);
  });
  const taken = new Map<string, number>();
  return is.flatMap((mark, now): [number, number][] => {
    const at = taken.get(mark) ?? 0;
    const old = places.get(mark)?.[at];
    if (old === undefined) return [];
    taken.set(mark, at + 1);
    return [[old, now]];
  });
}

/** The places of a longest rising run of values (patience sorting, O(n log n)). */
function longestRise(values: readonly number[]): number[] {
  const tails: number[] = [];
  const before: number[] = [];
  values.forEach((value, i) => {
    let low = 0;
    for (let high = tails.length; low < high;) {
      const middle = (low + high) >> 1;
      if (values[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? tails[low - 1]! : -1;
    tails[low] = i;
  });
  const run: number[] = [];
  for (let i = tails.at(-1) ?? -1; i >= 0; i = before[i]!) run.push(i);
  return run.reverse();
}

/**
 * Whether a backtracking engine may need exponential time for a regular expression: whether a text
 * can be gone through in two ways from a state back to itself (the criterion EDA of Weideman et al.,
 * "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers", CIAA 2016), and
 * the match can fail behind it.
 */
import { type Automaton, buildAutomaton } from "./automaton.ts";
import { overlaps, parseRegex, Unsupported } from "./parse.ts";

/** "unknown" for what has look-arounds, back-references or Unicode properties, or is too large. */
export type Verdict = "exponential" | "harmless" | "unknown";

const verdicts = new Map<string, Verdict>();
const REMEMBERED_MAX = 10_000;

/** The verdict on an expression that compiles. */
export function backtracks(source: string): Verdict {
  const known = verdicts.get(source);
  if (known !== undefined) return known;
  const verdict = judge(source);
  if (verdicts.size < REMEMBERED_MAX) verdicts.set(source, verdict);
  return verdict;
}

function judge(source: string): Verdict {
  // Only a repeat within a repeat, or several behind each other in one, can be ambiguous.
  if (!/[*+}]/.test(source)) return "harmless";
  try {
    return isAmbiguous(buildAutomaton(parseRegex(source))) ? "exponential" : "harmless";
  } catch (error) {
    if (error instanceof Unsupported) return "unknown";
    throw error;
  }
}

/** Pairs of states that are looked at for one expression. Above: unsupported. */
const PAIRS_MAX = 300_000;

/** @throws {Unsupported} when it takes too many steps to tell. */
function isAmbiguous(automaton: Automaton): boolean {
  const { sets, next, free } = automaton;
  const budget = { pairs: PAIRS_MAX };
  const reach = sets.map((_, state) => reachable(next, state));
  for (let state = 0; state < sets.length; state++) {
    // What can end right there never fails, and so is never tried again.
    if (!reach[state]!.has(state) || canEnd(state, free, reach)) continue;
    if (hasTwoWays(automaton, state, reach, budget)) return true;
  }
  return false;
}

function canEnd(
  state: number,
  free: ReadonlySet<number>,
  reach: readonly ReadonlySet<number>[],
): boolean {
  return free.has(state) ||
    [...free].some((end) => reach[end]!.has(state) && reach[state]!.has(end));
}

/** Goes two ways at once from the state, and looks whether they meet there again after parting. */
function hasTwoWays(
  { sets, next }: Automaton,
  home: number,
  reach: readonly ReadonlySet<number>[],
  budget: { pairs: number },
): boolean {
  const size = sets.length;
  const seen = new Set<number>();
  const open: number[] = [];
  const visit = (a: number, b: number, parted: boolean) => {
    if (!reach[a]!.has(home) || !reach[b]!.has(home)) return;
    const key = (Math.min(a, b) * size + Math.max(a, b)) * 2 + (parted ? 1 : 0);
    if (seen.has(key)) return;
    if (budget.pairs-- <= 0) throw new Unsupported("too many pairs of states");
    seen.add(key);
    open.push(key);
  };
  visit(home, home, false);
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const parted = key % 2 === 1;
    const pair = (key - (parted ? 1 : 0)) / 2;
    const [a, b] = [Math.floor(pair / size), pair % size];
    for (const [toA, ways] of next[a]!) {
      for (const [toB] of next[b]!) {
        if (toA !== toB && !overlaps(sets[toA]!, sets[toB]!)) continue;
        const parts = parted || toA !== toB || (a === b && ways > 1);
        if (parts && toA === home && toB === home) return true;
        visit(toA, toB, parts);
      }
    }
  }
  return false;
}

function reachable(
  next: readonly ReadonlyMap<number, number>[],
  from: number,
): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [...next[from]!.keys()];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (found.has(state)) continue;
    found.add(state);
    open.push(...next[state]!.keys());
  }
  return found;
}

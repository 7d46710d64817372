/** Tools whose descriptions have nearly the same words. */
import type { ToolView } from "./tool_view.ts";
import { wordsOf } from "./words.ts";

/** How much of all words of two texts must be in both (Jaccard). */
const ALIKE = 0.85;
const WORDS_MIN = 5;

/**
 * Pairs of a tool and one before it, each tool once. Only texts that share one of their rarest words
 * are compared (prefix filtering, Chaudhuri et al., ICDE 2006), so many tools cost little.
 */
export function nearDuplicates(
  tools: readonly ToolView[],
): readonly (readonly [ToolView, ToolView])[] {
  const texts = tools.map((tool) => ({ tool, words: new Set(wordsIn(tool)) }))
    .filter(({ words }) => words.size >= WORDS_MIN);
  const uses = new Map<string, number>();
  for (const { words } of texts) {
    for (const word of words) uses.set(word, (uses.get(word) ?? 0) + 1);
  }

  const byWord = new Map<number, Text[]>();
  const pairs: (readonly [ToolView, ToolView])[] = [];
  const ranks = rank(uses);
  for (const text of texts) {
    const rarest = Uint32Array.from(text.words, (word) => ranks.get(word)!).sort();
    const prefix = rarest.subarray(0, Math.floor((1 - ALIKE) * rarest.length) + 1);
    const others = new Set([...prefix].flatMap((word) => byWord.get(word) ?? []));
    const alike = [...others].find((other) => isAlike(text, other));
    if (alike !== undefined) {
      pairs.push([text.tool, alike.tool]);
      continue;
    }
    // What is alike stands for one of its kind: a thousand of them are not a million pairs.
    for (const word of prefix) {
      const those = byWord.get(word);
      if (those === undefined) byWord.set(word, [text]);
      else those.push(text);
    }
  }
  return pairs;
}

/** The place of each word among all of them, the rarest first. */
function rank(uses: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const words = [...uses].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1));
  return new Map(words.map(([word], at) => [word, at]));
}

interface Text {
  readonly tool: ToolView;
  readonly words: ReadonlySet<string>;
}

/** Of one pattern are many: "Creates a label …" and "Creates a group …" differ in what their names say. */
function isAlike(a: Text, b: Text): boolean {
  return share(a.words, b.words) >= ALIKE && !isTold(a, b) && !isTold(b, a);
}

/** Whether a word that only one text has is one of its tool's name. */
function isTold({ tool, words }: Text, other: Text): boolean {
  const inName = wordsOf(tool.name);
  return [...words].some((word) =>
    !other.words.has(word) && inName.some((each) => isForm(each, word) || isForm(word, each))
  );
}

/** "label" and "labels". */
function isForm(short: string, long: string): boolean {
  return short.length > 2 && long.startsWith(short) && long.length - short.length < 4;
}

function wordsIn({ description }: ToolView): readonly string[] {
  return description.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function share(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0;
  for (const word of a) if (b.has(word)) both++;
  return both / (a.size + b.size - both);
}

/**
 * Words that were looked at and hold nothing. The names of arguments come again with each call, in
 * the same order, and so do short values: formats, languages, states. What is known is not looked
 * at again. Words share the table's slots; one that is pushed out is looked at.
 */
import { LOOK, look } from "./look.ts";

/** Longer texts are somebody's own: they seldom come again, and are not kept. */
const WORD_CHARS_MAX = 16;

/** Keys that programs trip over. As values they are harmless, but not remembered. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set([
  "__proto__",
  "prototype",
  "constructor",
]);

const SLOTS = 1_024;
const known: string[] = new Array(SLOTS).fill("");

/** True for a short name of a member that holds nothing and is not forbidden; `place` is its number. */
export function isHarmlessKey(key: string, place: number): boolean {
  return known[slotOfKey(key, place)] === key || learn(key, slotOfKey(key, place));
}

/** True for a short value that holds nothing. */
export function isHarmlessWord(text: string, place: number): boolean {
  if (text.length > WORD_CHARS_MAX || text.length === 0) return false;
  return known[slotOfWord(text, place)] === text || learn(text, slotOfWord(text, place));
}

function learn(text: string, slot: number): boolean {
  if (text.length > WORD_CHARS_MAX || FORBIDDEN_KEYS.has(text)) return false;
  if (look(text, true) !== LOOK.plain) return false;
  known[slot] = text;
  return true;
}

/** What is at the same place and as long shares a slot. */
function slotOfKey(key: string, place: number): number {
  return (place << 3 ^ key.length) & (SLOTS - 1);
}

/** At the same place there are several. */
function slotOfWord(text: string, place: number): number {
  return (place << 3 ^ text.length ^ text.charCodeAt(0) << 4) & (SLOTS - 1);
}

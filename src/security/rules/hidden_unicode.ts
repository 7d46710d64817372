/** Characters that nobody sees: they hide words from people, or show them in another order. */
import { after, before, type Place, type Rule } from "./rule.ts";

const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Texts that run from right to left need marks and isolates; overrides nobody needs. */
function isForeignOrder({ text, match }: Place): boolean {
  return /[\u202d\u202e]/.test(match) || !RIGHT_TO_LEFT.test(text);
}

/** Flags of regions are a black flag, letters as tags, and the end tag (UTS #51, ED-14a). */
function isNoFlag(place: Place): boolean {
  const upTo = before(place, 20);
  const tags = place.match;
  return !(upTo.endsWith("\u{1f3f4}") &&
    /^[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{2,6}\u{e007f}$/u.test(tags));
}

/** Scripts with joined letters and pictures of several parts need joiners; Latin letters do not. */
function splitsWord({ text, index, match }: Place): boolean {
  return isLatin(text.charCodeAt(index - 1)) && isLatin(text.charCodeAt(index + match.length));
}

/** A digit or letter of ASCII; of what is beyond the text's ends, none. */
function isLatin(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}

const ZERO_WIDTH = "\\u200b-\\u200d\\u2060-\\u2064\\ufeff\\u180e\\u00ad\\u034f\\u206a-\\u206f";

/** Compiled with the flag `u`, since most of them lie beyond U+FFFF; matched as they came. */
export const HIDDEN_UNICODE_RULES: readonly Rule[] = [
  {
    id: "hidden_unicode/tags",
    family: "hidden_unicode",
    lead: "\\u{e0000}-\\u{e007f}",
    source: "[\\u{e0000}-\\u{e007f}]+",
    confirm: isNoFlag,
  },
  {
    id: "hidden_unicode/order",
    family: "hidden_unicode",
    lead: "\\u202a-\\u202e\\u2066-\\u2069",
    source: "[\\u202a-\\u202e\\u2066-\\u2069]",
    confirm: isForeignOrder,
  },
  {
    id: "hidden_unicode/run",
    family: "hidden_unicode",
    lead: ZERO_WIDTH,
    source: `[${ZERO_WIDTH}]{4}`,
  },
  {
    id: "hidden_unicode/split",
    family: "hidden_unicode",
    lead: ZERO_WIDTH,
    source: "[\\u200b-\\u200d\\u2060-\\u2064\\ufeff\\u180e\\u034f]{1,3}",
    confirm: splitsWord,
  },
  {
    id: "hidden_unicode/selectors",
    family: "hidden_unicode",
    lead: "\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}",
    source: "[\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]{3}",
  },
  {
    id: "hidden_unicode/filler",
    family: "hidden_unicode",
    lead: "\\u3164\\uffa0\\u115f\\u1160\\u2800",
    source: "[\\u3164\\uffa0\\u115f\\u1160\\u2800]",
    confirm: (place) => splitsWord(place) || /^[\u3164\uffa0\u115f\u1160]{2}/.test(after(place, 2)),
  },
  {
    id: "hidden_unicode/invisible",
    family: "hidden_unicode",
    lead: "\\ufff9-\\ufffb\\u{1d173}-\\u{1d17a}\\u{1bca0}-\\u{1bca3}",
    source: "[\\ufff9-\\ufffb\\u{1d173}-\\u{1d17a}\\u{1bca0}-\\u{1bca3}]",
  },
];

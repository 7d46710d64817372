/**
 * Benign texts made of parts: names, messages, records. They vary what trips patterns over (quotes,
 * operators, separators between values), not the wording, so many of them say something new.
 */
import type { Benign } from "./load.ts";

// deno-fmt-ignore: one line a kind.
const PARTS: Readonly<Record<string, readonly string[]>> = {
  name: ["O'Brien", "D'Angelo", "Ann-Marie", "Müller", "Nguyễn", "van 't Hoff", "Jean-Luc", "李雷", "José", "Smith & Sons", "T. S. Eliot", "Björk", "Иванов", "محمد", "O’Neill", "Ng", "Or", "Null", "Select", "Drop Inc."],
  verb: ["fix", "add", "remove", "update", "drop", "select", "insert", "delete", "ignore", "allow", "merge", "group", "order", "create", "alter", "union", "execute", "cat", "ping", "sleep"],
  noun: ["table", "database", "user's profile", "the \"new\" menu", "index", "script tag", "cookie banner", "path", "header", "template", "login page", "password field", "system prompt", "instructions", "config", "alert box", "script", "cache", "the #1 bug", "tests & docs"],
  number: ["1", "42", "3.14", "-7", "1,000", "10%", "0x1f", "1e9", "№ 5", "2026"],
  sign: ["=", "<", ">", "!=", "<=", "->", "=>", "|", "&", "&&", "||", "+", "--", "…", "/", "~", ":", ";", "::", "≈"],
  end: [".", "!", "?", "; thanks!", " (see #12)", " -- Ann", " :)", ", ok?", " & more", "…"],
  file: ["readme.md", "src/a.ts", "../lib/b.js", "../../assets/x.png", "/usr/share/dict/words", "C:\\temp\\x.txt", "a b (1).pdf", "~/.bashrc", "./run.sh", "docs/ü.html"],
  word: ["or", "and", "having", "where", "from", "like", "between", "not", "as", "by"],
};

const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  message: [
    "{verb} {noun}{end}",
    '{name} said: "{verb} {noun}"{end}',
    "'{verb}' {word} '{noun}'{end}",
    "{name}'s {noun} {word} {name}'s {noun}",
    "feat({noun}): {verb} {noun}; {verb} {noun}",
    "{verb} {file} {word} {file}{end}",
    "please {verb} the {noun}; then {verb} {file}",
    "{number} {word} {number} of {noun}",
    "don't {verb} {noun} {word} {number}{end}",
    "Re: {verb} {noun} ({number})",
  ],
  record: [
    "{name}; {number}; {noun}",
    "{name}|{number}|{noun}",
    "name={name}&n={number}&q={verb}+{noun}",
    "{noun} {sign} {number} {word} {noun} {sign} {number}",
    '{"name": "{name}", "n": {number}}',
    "[{number}] {verb} {noun}: {file}",
    "{file}:{number}: {verb} {noun}",
    "{name} <{verb}@example.com>",
    "{noun} ({verb}, {number}) {sign} {file}",
    "{number}) {verb}; {number}) {noun}",
  ],
  note: [
    "It's {name}'s {noun}, isn't it{end}",
    "“{verb} {noun}” {word} ‘{noun}’",
    "{name} {sign} {name}: {noun}{end}",
    "`{verb} {file}` {word} `{noun}`",
    "*{verb}* the **{noun}** {word} _{file}_",
    "{number} {sign} {number} {word} {number} {sign} {number}?",
    "TODO({name}): {verb} {noun} {sign} {number}",
    '"{name}" {word} "{name}" {sign} {number}',
    "<{noun}> {word} [{noun}]({file})",
    "{verb} $\{{word}} {sign} {{{noun}}}",
  ],
};

const SEED = 20_260_728;
const PER_TEMPLATE = 60;

/** The same texts each time. */
export function generateBenign(): Benign[] {
  const random = mulberry32(SEED);
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)]!;
  const texts: Benign[] = [];
  for (const [kind, templates] of Object.entries(TEMPLATES)) {
    for (const template of templates) {
      for (let i = 0; i < PER_TEMPLATE; i++) {
        const text = template.replace(/\{(\w+)\}/g, (all, part) => {
          return PARTS[part] === undefined ? all : pick(PARTS[part]);
        });
        texts.push({ kind: `made ${kind}`, purpose: "text", text, heldOut: i % 3 === 2 });
      }
    }
  }
  return texts;
}

/** A small generator of 32 bits of state, good enough to choose words. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

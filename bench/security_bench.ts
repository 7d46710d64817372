/** Validation of a call's arguments: limits and patterns, on text and on parsed values. */
import { createValidator, defaultValidator } from "../src/security/validator.ts";
import { consume } from "./support.ts";

/** 200 bytes: names, a path, a sentence, numbers, as arguments of tools are. */
const VALUE = {
  path: "docs/reports/2026/q3-summary.md",
  query: "revenue by region and product line",
  limit: 25,
  offset: 100,
  recursive: true,
  tags: ["finance", "emea"],
  owner: "u_10293847",
  locale: "en-GB",
  format: "table",
};
const TEXT = JSON.stringify(VALUE);
/** What differs from call to call does so here as well; names of formats and languages come again. */
const VALUES = Array.from({ length: 256 }, (_, i) => {
  const path = `docs/reports/2026/q${i % 10}-summary.md`;
  const query = `revenue by region and product ${String.fromCharCode(97 + i % 26).repeat(4)}`;
  const value = { ...VALUE, path, query, offset: i, owner: `u_${10_293_847 + i * 7_919}` };
  return JSON.parse(JSON.stringify(value));
});
let turn = 0;
/** The same size, with what words do not have: it takes the way through the patterns. */
const SPECIAL = {
  url: "https://example.com/a/b?x=1&y=2%20z#top",
  note: "It's 5 o'clock (roughly); see \"notes\" & co.",
  expr: "a < b && c > d ? `x` : 'y'",
  text: "Zeile 1\nZeile 2: größer als 100 %",
};

/** Arguments of the shortest calls, and of one with a sentence. */
const SHORT = { message: "hello world" };
const SENTENCE = { message: "some words of text that nobody could take for anything else" };

const blocking = createValidator({ families: { prompt_injection: "off" } });
const limits = createValidator({
  families: {
    xss: "off",
    sql: "off",
    path_traversal: "off",
    command: "off",
    template: "off",
    ldap: "off",
    crlf: "off",
    hidden_unicode: "off",
    prompt_injection: "off",
  },
});
const all = defaultValidator();
const size = `${TEXT.length} B`;

Deno.bench(`validate, ${size}, limits and blocking families`, { group: "validate" }, () => {
  consume(blocking.validate(VALUES[turn = turn + 1 & 255]));
});

Deno.bench(`validate, ${size}, limits alone`, { group: "validate" }, () => {
  consume(limits.validate(VALUES[turn = turn + 1 & 255]));
});

Deno.bench(
  `validate, ${size}, defaults: prompt injection is reported`,
  { group: "validate" },
  () => {
    consume(all.validate(VALUES[turn = turn + 1 & 255]));
  },
);

Deno.bench(`validate, ${JSON.stringify(SPECIAL).length} B of punctuation, defaults`, {
  group: "validate",
}, () => {
  consume(all.validate(SPECIAL));
});

Deno.bench("validate, two words, defaults", { group: "validate" }, () => {
  consume(all.validate(SHORT));
});

Deno.bench("validate, a sentence, defaults", { group: "validate" }, () => {
  consume(all.validate(SENTENCE));
});

Deno.bench(`validateJson, ${size}, limits and blocking families`, { group: "json" }, () => {
  consume(blocking.validateJson(TEXT));
});

Deno.bench(`validateJson, ${size}, defaults`, { group: "json" }, () => {
  consume(all.validateJson(TEXT));
});

Deno.bench(`JSON.parse alone, ${size}`, { group: "json" }, () => {
  consume(JSON.parse(TEXT));
});

/** URI templates: each operator of RFC 6570, what does not match, and how long matching takes. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { hasDotSegment } from "./dot_segments.ts";
import { parseUriTemplate } from "./uri_template.ts";

type Row = readonly [template: string, uri: string, values: Record<string, string> | undefined];

const ROWS: readonly Row[] = [
  // No operator: a value ends where the URI's own syntax begins.
  ["x://{id}", "x://7", { id: "7" }],
  ["x://{id}", "x://", { id: "" }],
  ["x://{id}", "x://7/8", undefined],
  ["x://{id}", "x://7?q", undefined],
  ["x://{id}", "x://7#f", undefined],
  ["x://{id}", "X://7", undefined],
  ["x://{id}", "yx://7", undefined],
  ["x://{id}/profile", "x://7/profile", { id: "7" }],
  ["x://{id}/profile", "x://7/profile/", undefined],
  ["x://{a,b}", "x://1,2", { a: "1", b: "2" }],
  ["x://{a,b}", "x://1", { a: "1" }],
  ["x://{a,b}", "x://1,2,3", undefined],
  ["x://{a}/{b}", "x://1/2", { a: "1", b: "2" }],
  ["x://{a}-{b}", "x://1-2", { a: "1", b: "2" }],
  ["x://{a.b}", "x://1", { "a.b": "1" }],
  ["x://{_a1}", "x://1", { _a1: "1" }],
  // Encoding.
  ["x://{id}", "x://a%20b", { id: "a b" }],
  ["x://{id}", "x://%2F", { id: "/" }],
  ["x://{id}", "x://%C3%A4", { id: "ä" }],
  ["x://{id}", "x://ä", { id: "ä" }],
  ["x://{id}", "x://a+b", { id: "a+b" }],
  ["x://{id}", "x://%", undefined],
  ["x://{id}", "x://%zz", undefined],
  ["x://{id}", "x://%C3", undefined],
  ["x://{id}", "x://%2525", { id: "%25" }],
  // {+var}
  ["x://{+path}", "x://a/b?c#d", { path: "a/b?c#d" }],
  ["x://{+path}/end", "x://a/b/end", { path: "a/b" }],
  ["x://{+path}/end", "x://a/b", undefined],
  // {#var}
  ["x://a{#f}", "x://a#here/b", { f: "here/b" }],
  ["x://a{#f}", "x://ahere", undefined],
  // {.var}
  ["x://a{.ext}", "x://a.json", { ext: "json" }],
  ["x://a{.ext}", "x://a.tar.gz", { ext: "tar.gz" }],
  ["x://a{.b,c}", "x://a.tar.gz.sig", undefined],
  ["x://a{.b,c}", "x://a.tar.gz", { b: "tar", c: "gz" }],
  // {/var}
  ["x://a{/b}", "x://a/1", { b: "1" }],
  ["x://a{/b,c}", "x://a/1/2", { b: "1", c: "2" }],
  ["x://a{/b}", "x://a/1/2", undefined],
  // {;var}
  ["x://a{;b}", "x://a;b=1", { b: "1" }],
  ["x://a{;b,c}", "x://a;b=1;c=2", { b: "1", c: "2" }],
  ["x://a{;b}", "x://a;c=1", undefined],
  // {?var} and {&var}
  ["x://a{?q}", "x://a?q=1", { q: "1" }],
  ["x://a{?q}", "x://a?q=", { q: "" }],
  ["x://a{?q}", "x://a", {}],
  ["x://a{?q}", "x://a?r=1", undefined],
  ["x://a{?q}", "x://a?qq=1", undefined],
  ["x://a{?q}", "x://a?q=a%26b/c", { q: "a&b/c" }],
  ["x://a{?q,lang}", "x://a?q=1&lang=en", { q: "1", lang: "en" }],
  ["x://a{?q,lang}", "x://a?q=1", { q: "1" }],
  ["x://a?f=1{&q}", "x://a?f=1&q=2", { q: "2" }],
  ["x://a?f=1{&q,r}", "x://a?f=1&q=2&r=3", { q: "2", r: "3" }],
  ["x://a?f=1{&q}", "x://a?f=1", {}],
  // An expression that is not there ends where the text behind it begins.
  ["x://{a}{/b}.json", "x://1.json", { a: "1" }],
  ["x://{a}{/b}.json", "x://1/2.json", { a: "1", b: "2" }],
  ["x://{a}{.ext}/x/{b}", "x://1/x/2", { a: "1", b: "2" }],
  ["x://{a}{.ext}/x/{b}", "x://1/x/v.2", { a: "1", b: "v.2" }],
  // Names.
  ["x://{1a}", "x://7", { "1a": "7" }],
  ["x://{a%20b}", "x://7", { "a%20b": "7" }],
  ["x://a{?a%20b}", "x://a?a%20b=7", { "a%20b": "7" }],
  // Lists.
  ["x://a{/path*}", "x://a/b/c%20d/e", { path: "b/c d/e" }],
  ["x://a{/path*}", "x://a", {}],
  ["x://a{/path*}", "x://a/b%2Fc", undefined],
  ["x://a{/path*}", "x://a/b/../c", undefined],
  ["x://a{/path*}", "x://a/b?q", undefined],
  ["x://a{/b,path*}", "x://a/1", { b: "1" }],
  ["x://a{/b,path*}", "x://a/1/2/3", { b: "1", path: "2/3" }],
  ["x://a{/path*}/end{?q}", "x://a/1/2/end?q=3", { path: "1/2", q: "3" }],
  ["x://{list*}", "x://a,b", { list: "a,b" }],
  ["x://a{.ext*}", "x://a.tar.gz", { ext: "tar.gz" }],
  ["x://{/a}{/b}", "x:///1/2", { a: "1", b: "2" }],
  // Prefixes.
  ["x://{id:3}", "x://abc", { id: "abc" }],
  ["x://{id:3}", "x://ab", { id: "ab" }],
  ["x://{id:3}", "x://abcd", undefined],
  ["x://{id:1}", "x://%F0%9F%98%80", { id: "😀" }],
  ["x://{id:1}{/id}", "x://a/abc", { id: "abc" }],
  ["x://{id:1}{/id}", "x://b/abc", undefined],
  ["x://{id}{/id:1}", "x://abc/a", { id: "abc" }],
  ["x://{id}{/id:2}", "x://abc/a", undefined],
  ["x://{id:1}{/id:2}", "x://a/ab", { id: "ab" }],
  ["x://{id:3}{/id}", "x://ab/abc", undefined],
  // The same variable twice.
  ["x://{a}/{a}", "x://1/1", { a: "1" }],
  ["x://{a}/{a}", "x://1/2", undefined],
  ["x://{a}{?a}", "x://1?a=1", { a: "1" }],
  ["x://{a}{?a}", "x://1?a=2", undefined],
  // Queries in any order.
  ["x://a{?q,lang}", "x://a?lang=e&q=x", { q: "x", lang: "e" }],
  ["x://a{?q,lang}", "x://a?q=x&q=y", undefined],
  // Dot segments lead out of the folder that a template stands for, however they are written.
  ["file:///d/{+p}", "file:///d/a/b.txt", { p: "a/b.txt" }],
  ["file:///d/{+p}", "file:///d/.hidden/..a/...", { p: ".hidden/..a/..." }],
  ["file:///d/{+p}", "file:///d/../../etc/passwd", undefined],
  ["file:///d/{+p}", "file:///d/a/../b", undefined],
  ["file:///d/{+p}", "file:///d/./a", undefined],
  ["file:///d/{+p}", "file:///d/%2e%2E/a", undefined],
  ["file:///d/{+p}", "file:///d/%252e%252e/a", undefined],
  ["file:///d/{+p}", "file:///d/a\\..\\b", undefined],
  ["file:///d/{+p}", "file:///d/a%5c..", undefined],
  ["file:///d/{+p}", "file:///d/a/..?q", undefined],
  ["file:///d/{+p}", "file:///d/a/..%23f", undefined],
  ["file:///d/{id}", "file:///d/..%2fetc", undefined],
  ["file:///d/{id}", "file:///d/..", undefined],
  ["file:///d/{id}", "file:///d/..%252fetc", undefined],
  ["file:///d{/a,b}", "file:///d/../b", undefined],
  ["file:///d/{a}.{b}", "file:///d/..", undefined],
  ["file:///d/.{a}/x", "file:///d/%2e/x", undefined],
  ["x://d/{id}", "x://d/..", undefined],
  ["x://d{;id}", "x://d;id=..%2f", undefined],
  // A query is no path.
  ["x://d{?q}", "x://d?q=..", { q: ".." }],
  ["file:///d{?q}", "file:///d?q=..", { q: ".." }],
  // Text as it stands, even where it looks like a pattern.
  ["x://a.b*c+(d)[e]|^$\\{id}", "x://a.b*c+(d)[e]|^$\\7", { id: "7" }],
  ["x://a.b{id}", "x://acb7", undefined],
  ["x://plain", "x://plain", {}],
];

for (const [template, uri, values] of ROWS) {
  const what = values === undefined ? "does not match" : "matches";
  Deno.test(`the template ${template} ${what} ${uri}`, () => {
    assertEquals(parseUriTemplate(template).match(uri), values);
  });
}

// An undefined variable leaves the next one to come first (RFC 6570 section 3.2.8).
for (const operator of ["?", ";"]) {
  Deno.test(`{${operator}q,lang} matches what it expands to without its first variable`, () => {
    const { match } = parseUriTemplate(`x://a{${operator}q,lang}`);
    assertEquals(match(`x://a${operator}lang=en`), { lang: "en" });
  });
}

Deno.test("{?q,lang} does not match a query that does not begin with a question mark", () => {
  assertEquals(parseUriTemplate("x://a{?q,lang}").match("x://a&lang=en"), undefined);
});

Deno.test("{;q} matches its empty value, which is written without an equals sign", () => {
  assertEquals(parseUriTemplate("x://a{;q}").match("x://a;q"), { q: "" });
});

Deno.test("a variable may have the name of a property that all objects have", () => {
  for (const name of ["constructor", "toString", "__proto__"]) {
    const values = parseUriTemplate(`x://{${name}}`).match("x://7")!;
    assertEquals(Object.hasOwn(values, name) ? values[name] : "lost", "7");
  }
});

Deno.test("a template tells its source and its variables in order", () => {
  const { source, variables } = parseUriTemplate("x://{b}{/a}{?d,c}");
  assertEquals([source, variables], ["x://{b}{/a}{?d,c}", ["b", "a", "d", "c"]]);
});

const WRONG = [
  "x://{",
  "x://}",
  "x://a}b{c}",
  "x://{}",
  "x://{id",
  "x://{{id}}",
  "x://{a{b}}",
  "x://{=id}",
  "x://{!id}",
  "x://{|id}",
  "x://{a b}",
  "x://{a,}",
  "x://{,a}",
  "x://{ä}",
  "x://{?}",
  "x://{a}{a}",
  "x://{a,a}",
  "x://{a}{b}",
  "x://{?a}{+b}",
  "x://{?a*}",
  "x://{;a*}",
  "x://{a*,b}",
  "x://{/a*}{/b}",
  "x://{a:0}",
  "x://{a:10000}",
  "x://{a:3*}",
  "x://{a:}",
  "x://{a.}",
  "x://{a%zz}",
  "x://{?a,a}",
];

for (const source of WRONG) {
  Deno.test(`parseUriTemplate() refuses ${source}, and shows it`, () => {
    const error = assertThrows(() => parseUriTemplate(source), GomcpError, `"${source}"`);
    assertEquals(error.code, "invalid_request");
  });
}

Deno.test("parseUriTemplate() compiles any text or refuses it as a wrong template", () => {
  const texts = fc.string({ unit: fc.constantFrom(..."{}+#./;?&,a1*:()[]\\^$|") });
  fc.assert(fc.property(texts, fc.string(), (source, uri) => {
    try {
      parseUriTemplate(source).match(uri);
    } catch (error) {
      assert(error instanceof GomcpError && error.code === "invalid_request");
    }
  }));
});

Deno.test("a template gives back any values that were encoded into it", () => {
  const values = fc.string({ unit: "grapheme" });
  fc.assert(fc.property(values, values, values, (a, b, q) => {
    fc.pre(!hasDotSegment(a) && !hasDotSegment(b));
    const uri = `x://${encodeURIComponent(a)}/${encodeURIComponent(b)}?q=${encodeURIComponent(q)}`;
    assertEquals(parseUriTemplate("x://{a}{/b}{?q}").match(uri), { a, b, q });
  }));
});

// The client writes the URI: no template may take long for any of them.
const SLOW: readonly (readonly [template: string, filling: string, end: string])[] = [
  ["x://{a}", "a", "/"],
  ["x://{+a}", "a", "\n"],
  ["x://{a}-{b}", "-", "/"],
  ["x://{a}-{b}-{c}-{d}", "-", "/"],
  ["x://{a,b,c,d}", ",", "/"],
  ["x://{+a}/{+b}/{+c}/end", "/", "x"],
  ["x://{+a,b,c,d}!", ",", "/"],
  ["x://a{.b,c,d,e}", ".", "/"],
  ["x://a{?b,c,d}", "?b=", "#"],
];

for (const [template, filling, end] of SLOW) {
  Deno.test(`${template} is done soon with many ${JSON.stringify(filling)}`, () => {
    const { match } = parseUriTemplate(template);
    const uri = "x://" + filling.repeat(Math.floor(LIMITS.uriCharsMax / filling.length)) + end;
    const before = performance.now();
    match(uri);
    const tookMs = performance.now() - before;
    // It takes some milliseconds; what backtracks takes minutes, also on a machine that is not busy.
    assert(tookMs < 5_000, `${tookMs.toFixed()} ms`);
  });
}

/** Access rules: which names fit, what wins, and what no glob can do. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { checkGlobs, compileRule, ruleText } from "./name_rule.ts";

const NAMES = ["read_file", "list_dir", "delete_file", "file:///a/b", "x"];

const ROWS: [Partial<Parameters<typeof compileRule>[0]>, string[]][] = [
  [{}, NAMES],
  [{ allowed: [] }, []],
  [{ allowed: ["*"] }, NAMES],
  [{ allowed: ["read_file", "list_dir"] }, ["read_file", "list_dir"]],
  [{ denied: ["delete_file"] }, NAMES.filter((name) => name !== "delete_file")],
  [{ allowed: ["*_file"], denied: ["delete_*"] }, ["read_file"]],
  [{ allowed: ["delete_file"], denied: ["delete_file"] }, []],
  [{ denied: ["*"] }, []],
  [{ scopes: ["read_*"] }, ["read_file"]],
  [{ allowed: ["*_file"], scopes: ["*"] }, ["read_file", "delete_file"]],
  [{ allowed: ["*_file"], scopes: ["list_dir", "read_file"] }, ["read_file"]],
  [{ allowed: ["file:///*"] }, ["file:///a/b"]],
  [{ allowed: ["?"] }, ["x"]],
  [{ allowed: ["READ_FILE"] }, []],
];

for (const [parts, expected] of ROWS) {
  Deno.test(`compileRule() of ${JSON.stringify(parts)} lets ${expected.length} names through`, () => {
    const allows = compileRule({ allowed: undefined, denied: [], scopes: undefined, ...parts });
    assertEquals(NAMES.filter(allows), expected);
  });
}

Deno.test("ruleText() is the same for the same rule alone", () => {
  const rule = { allowed: undefined, denied: [], scopes: undefined };
  assertEquals(ruleText(rule), "");
  const texts = [
    { ...rule, allowed: [] },
    { ...rule, scopes: [] },
    { ...rule, allowed: ["a"] },
    { ...rule, denied: ["a"] },
    { ...rule, scopes: ["a"] },
  ].map(ruleText);
  assertEquals(new Set(texts).size, texts.length);
});

Deno.test("checkGlobs() takes as many and as long globs as the limits say", () => {
  const longest = "x".repeat(LIMITS.globCharsMax);
  assertEquals(checkGlobs([longest], "denied tools"), [longest]);
  checkGlobs(new Array(LIMITS.tenantGlobsMax).fill("a"), "denied tools");
  for (const globs of [[longest + "x"], [""], new Array(LIMITS.tenantGlobsMax + 1).fill("a")]) {
    const error = assertThrows(() => checkGlobs(globs, "denied tools"), GomcpError);
    assertEquals([error.code, error.message.slice(0, 25)], [
      "invalid_request",
      "Cannot use denied tools: ",
    ]);
  }
});

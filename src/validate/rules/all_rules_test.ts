/** Every rule finds its bad example and lets the good one be. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { findingsOf } from "../testing.ts";
import { RULES } from "./all_rules.ts";
import { weather } from "./weather.ts";

const idsOf = (found: ReturnType<typeof findingsOf>) => [...new Set(found.map(({ rule }) => rule))];

for (const rule of RULES.values()) {
  if (rule.byEngine === true) continue;

  Deno.test(`${rule.id} ${rule.name} finds its bad example`, () => {
    const found = findingsOf(rule.bad!).filter((each) => each.rule === rule.id);
    assert(found.length > 0, `found only ${idsOf(findingsOf(rule.bad!))}`);
    for (const { message, fix } of found) {
      assertMatch(message, /^[^A-Z]/, "a message is the end of a sentence");
      assertEquals(fix !== undefined && rule.fixable !== true, false, "a fix is announced");
    }
  });

  Deno.test(`${rule.id} ${rule.name} lets its good example be`, () => {
    assertEquals(idsOf(findingsOf(rule.good!)).includes(rule.id), false);
  });
}

Deno.test("a tool that is all right is all right to every rule of every client", () => {
  const profiles = ["anthropic", "openai", "vscode", "strict"] as const;
  assertEquals(findingsOf({ tools: [weather()], profiles }), []);
});

Deno.test("rules say what they find, why, what to do and where it is written", () => {
  for (const { id, name, summary, why, remedy, sources } of RULES.values()) {
    assertMatch(id, /^GM[1-5]\d\d$/);
    assertMatch(name, /^[a-z]+(-[a-z]+)*$/);
    assertMatch(summary, /^[A-Z`"].*\.$/s);
    assert(why.length > 40 && remedy.length > 10 && sources.length > 0, id);
  }
  assertEquals(new Set([...RULES.values()].map(({ name }) => name)).size, RULES.size);
});

Deno.test("definitions of any shape are judged and never thrown at", () => {
  const odd = [null, 1, "tool", [], {}, { name: 5 }, { name: "a", inputSchema: [] }, {
    name: "b",
    inputSchema: { type: "object", properties: [], required: "x", items: 5, enum: {}, $ref: 1 },
    annotations: "none",
    icons: {},
  }, {
    name: "__proto__",
    inputSchema: JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'),
  }];
  for (const tool of odd) assert(findingsOf({ tools: [tool] }).length > 0, JSON.stringify(tool));
});

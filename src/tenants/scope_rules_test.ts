/** What scopes are good for, and which are asked for. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { ScopeRules } from "./scope_rules.ts";

const RULES = new ScopeRules([
  { scope: "read", globs: ["read_*", "list_*"] },
  { scope: "write", globs: ["write_*"] },
  { scope: "write", globs: ["delete_*"] },
  { scope: "admin", globs: ["*"] },
]);
const set = (...scopes: string[]) => new Set(scopes);

Deno.test("ScopeRules.globsOf() gives what the scopes of a token are good for, and nothing more", () => {
  assertEquals(RULES.names, ["read", "write", "admin"]);
  assertEquals(RULES.globsOf(set("read", "other")), ["read_*", "list_*"]);
  assertEquals(RULES.globsOf(set("write")), ["write_*", "delete_*"]);
  assertEquals(RULES.globsOf(set()), []);
  assertEquals(RULES.globsOf(set("READ", "read_*", "")), []);
});

Deno.test("ScopeRules.scopesFor() asks for the first scope that would do, beside those there are", () => {
  assertEquals(RULES.scopesFor(set("read"), "write_file"), ["read", "write"]);
  assertEquals(RULES.scopesFor(set("other"), "delete_file"), ["write"]);
  assertEquals(RULES.scopesFor(set("read"), "echo"), ["read", "admin"]);
  assertEquals(RULES.scopesFor(set()), ["read", "write", "admin"]);
  const narrow = new ScopeRules([{ scope: "read", globs: ["read_*"] }]);
  assertEquals(narrow.scopesFor(set("read"), "echo"), []);
});

Deno.test("ScopeRules refuses what is no scope, no glob, none and too many", () => {
  const one = { scope: "a", globs: ["b"] };
  new ScopeRules(new Array(LIMITS.scopeRulesMax).fill(one));
  const rows = [
    [],
    new Array(LIMITS.scopeRulesMax + 1).fill(one),
    ...["", "a b", 'a"', "a\\b", "ä", "a\n", "x".repeat(257)].map((scope) => [{ ...one, scope }]),
    [{ scope: "a", globs: [""] }],
  ];
  for (const rules of rows) {
    const error = assertThrows(() => new ScopeRules(rules), GomcpError);
    assertEquals(error.code, "invalid_request");
  }
});

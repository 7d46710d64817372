/** Access rules of resources: another way to write an address is no way around the rule. */
import { assertEquals } from "@std/assert";
import { compileResourceRule } from "./resource_rule.ts";

const USER = "users://{id}";

function ruleOf(more: { allowed?: string[]; denied?: string[]; scopes?: string[] }) {
  return compileResourceRule({ allowed: undefined, denied: [], scopes: undefined, ...more });
}

Deno.test("a resource is denied by its template and by every way to write its address", () => {
  const denies12 = ruleOf({ denied: ["users://12"] });
  for (const raw of ["users://12", "users://1%32", "users://1%2532", "%75sers://%31%32"]) {
    assertEquals(denies12(USER, ["users://other", raw]), false, raw);
  }
  assertEquals(denies12(USER, ["users://12", "users://x"]), false);
  assertEquals(denies12(USER, ["users://13", "users://1%33"]), true);
  assertEquals(denies12(USER), true);
  assertEquals(denies12(USER, ["users://x", "users://%252525252512"]), false, "nothing means well");
  assertEquals(ruleOf({ denied: [USER] })(USER, ["users://1", "users://1"]), false);
  const encoded = ruleOf({ denied: ["users://jos%C3%A9"] });
  for (const raw of ["users://jos%c3%a9", "users://jos\u00e9", "users://jos%C3%A9"]) {
    assertEquals(encoded(USER, ["users://jos\u00e9", raw]), false, raw);
  }
});

Deno.test("a resource is allowed by its template or by its address as it is understood", () => {
  const allows12 = ruleOf({ allowed: ["users://12"] });
  assertEquals(allows12(USER, ["users://12", "users://1%32"]), true);
  assertEquals(allows12(USER, ["users://13", "users://12"]), false);
  assertEquals(allows12(USER), false);
  assertEquals(ruleOf({ allowed: [USER] })(USER, ["users://13", "users://13"]), true);
  const mixed = ruleOf({ allowed: [USER], scopes: ["users://1?"], denied: ["users://13"] });
  const ids = ["12", "13", "2"];
  assertEquals(ids.map((id) => mixed(USER, [`users://${id}`])), [true, false, false]);
  const star = ruleOf({ allowed: ["users://%2A"] });
  assertEquals(star(USER, ["users://12", "users://12"]), false, "an encoded * is no wildcard");
});

/** Outcomes: what is rendered once, and problems in one line. */
import { assertEquals } from "@std/assert";
import { failed, membersOf, refuse, toolFailure } from "./outcome.ts";

Deno.test("membersOf() renders only what was not rendered before", () => {
  const outcome = toolFailure("no");
  assertEquals(
    membersOf(outcome),
    '"content":[{"type":"text","text":"no"}],"isError":true',
  );
  assertEquals(membersOf({ ...outcome, members: '"content":[]' }), '"content":[]');
});

Deno.test("failed() and refuse() make the same of the same", () => {
  const problem = { code: "forbidden", detail: "no", pointer: "/a" } as const;
  assertEquals(refuse("forbidden", "no", { pointer: "/a" }), failed(problem));
  assertEquals(refuse("forbidden", "no"), {
    kind: "problem",
    problem: { code: "forbidden", detail: "no" },
  });
});

/** Shows what globs fit, and that none of them takes long. */
import { LIMITS } from "../../../base/limits.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../../../base/errors.ts";
import { createGlob } from "./glob.ts";

const CASES: [glob: string, fits: string[], others: string[]][] = [
  ["*.ts", ["a.ts", "src/a.ts", ".ts", "a/b/.x.ts"], ["a.tsx", "a.ts/b", "ats"]],
  ["src/*.ts", ["src/a.ts"], ["a.ts", "src/b/a.ts", "x/src/a.ts"]],
  ["src/**/*.ts", ["src/a.ts", "src/a/b/c.ts"], ["a.ts", "lib/src/a.ts"]],
  ["**/test/**", ["test/a", "a/test/b/c"], ["a/tests/b", "testa"]],
  ["**", ["a", "a/b"], []],
  ["a?c", ["abc", "x/a😀c"], ["ac", "abbc", "a/c"]],
  ["*.{js,ts}", ["a.js", "b/a.ts"], ["a.jts", "a.{js,ts}"]],
  ["{a,b/{c,d}}/*.md", ["a/x.md", "b/c/x.md", "b/d/x.md"], ["b/x.md", "a/c/x.md"]],
  ["./a/./b", ["a/b"], ["b"]],
  ["a.b", ["a.b"], ["axb"]],
  ["[ab](c)+^$|", ["[ab](c)+^$|"], ["a", "ac"]],
  ["{a", ["{a"], ["a"]],
  ["*a*b*c", ["xaybzc", "abcabc", "aabbcc"], ["acb", "abcx"]],
  ["README", ["README", "docs/README"], ["readme"]],
];

for (const [glob, fits, others] of CASES) {
  Deno.test(`createGlob("${glob}") tells what fits`, () => {
    const test = createGlob(glob);
    for (const path of fits) assert(test(path), path);
    for (const path of others) assert(!test(path), path);
  });
}

Deno.test("createGlob() takes no long time for globs that are made to", () => {
  const start = performance.now();
  const path = `${"a".repeat(255)}/`.repeat(15) + "a".repeat(255);
  assertEquals(createGlob("*a".repeat(127) + "b")(path), false);
  assertEquals(createGlob("**/".repeat(84) + "b")(path), false);
  assertEquals(createGlob("**/*a*a*a*a*a*b/".repeat(15) + "c")(path), false);
  // It takes some milliseconds; what backtracks would not come to an end.
  assert(performance.now() - start < 5_000);
});

Deno.test("createGlob() refuses globs above its bounds", () => {
  for (const chars of [LIMITS.globCharsMax - 1, LIMITS.globCharsMax]) createGlob("a".repeat(chars));
  assertThrows(() => createGlob("a".repeat(LIMITS.globCharsMax + 1)), GomcpError, "characters");
  const choice = (count: number) => `{${Array.from({ length: count }, (_, i) => i).join(",")}}`;
  for (const count of [LIMITS.globAlternativesMax - 1, LIMITS.globAlternativesMax]) {
    createGlob(choice(count));
  }
  assertThrows(
    () => createGlob(choice(LIMITS.globAlternativesMax + 1)),
    GomcpError,
    "alternatives",
  );
  assertThrows(() => createGlob("{a,b}".repeat(7)), GomcpError, "alternatives");
});

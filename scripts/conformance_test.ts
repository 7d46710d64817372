/** What the conformance script runs when it is asked for what. */
import { assertEquals } from "@std/assert";
import { plan } from "./conformance.ts";

function titles(...args: string[]): string[] | undefined {
  return plan(args)?.map(({ title }) => title);
}

Deno.test("plan() runs every revision and the requirements when it is asked for nothing", () => {
  assertEquals(titles(), [
    "2025-06-18",
    "2025-11-25",
    "2026-07-28",
    "requirements 2025-11-25",
    "requirements 2026-07-28",
  ]);
});

Deno.test("plan() runs what is named, and the requirements alone when these are", () => {
  assertEquals(titles("2025-06-18"), ["2025-06-18"]);
  assertEquals(titles("2026-07-28"), ["2026-07-28", "requirements 2026-07-28"]);
  assertEquals(titles("--requirements"), ["requirements 2025-11-25", "requirements 2026-07-28"]);
  assertEquals(titles("--requirements", "2025-11-25"), ["requirements 2025-11-25"]);
});

Deno.test("plan() does not know other revisions and arguments", () => {
  for (const wrong of ["2024-11-05", "--requirement", ""]) {
    assertEquals(titles(wrong), undefined, wrong);
  }
  assertEquals(titles("--requirements", "2025-06-18"), undefined);
});

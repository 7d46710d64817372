import { assertEquals } from "@std/assert";
import { stalePages } from "./write_rules.ts";

Deno.test("the pages of docs/rules/ are those of the rules (deno task rules)", async () => {
  assertEquals(await stalePages(), []);
});

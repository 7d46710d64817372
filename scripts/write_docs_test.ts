import { assertEquals } from "@std/assert";
import { staleReferences } from "./write_docs.ts";

Deno.test("docs/cli.md and docs/settings.md are those of the code (deno task docs)", async () => {
  assertEquals(await staleReferences(), []);
});

/** The tools that every server has. */
import { assertEquals } from "@std/assert";
import { builtinTools } from "./tools.ts";

Deno.test("builtinTools() without a root folder has none for files", () => {
  assertEquals(builtinTools().map(({ name }) => name), ["echo"]);
});

/** The version stands in two places that must not part. */
import { assertEquals } from "@std/assert";
import { SERVED_REVISIONS, VERSION } from "./version.ts";
import config from "../../deno.json" with { type: "json" };

Deno.test("VERSION is that of deno.json", () => {
  assertEquals(VERSION, config.version);
});

Deno.test("SERVED_REVISIONS has both eras, newest first", () => {
  assertEquals(SERVED_REVISIONS, [
    "2026-07-28",
    "2025-11-25",
    "2025-06-18",
    "2025-03-26",
    "2024-11-05",
  ]);
});

/** The revisions that are served, and what belongs to which era. */
import { assertEquals } from "@std/assert";
import { isLegacyVersion, isModernVersion, LEGACY_VERSIONS, MODERN_VERSIONS } from "./versions.ts";

Deno.test("the revisions stand newest first, and in one era only", () => {
  const all = [...MODERN_VERSIONS, ...LEGACY_VERSIONS];
  assertEquals(all, all.toSorted().toReversed());
  assertEquals(new Set(all).size, all.length);
});

Deno.test("isModernVersion() and isLegacyVersion() know their own revisions and nothing else", () => {
  for (const version of MODERN_VERSIONS) {
    assertEquals([isModernVersion(version), isLegacyVersion(version)], [true, false]);
  }
  for (const version of LEGACY_VERSIONS) {
    assertEquals([isModernVersion(version), isLegacyVersion(version)], [false, true]);
  }
  for (const version of ["1999-01-01", " 2026-07-28", "", null, undefined, 20260728, {}]) {
    assertEquals([isModernVersion(version), isLegacyVersion(version)], [false, false]);
  }
});

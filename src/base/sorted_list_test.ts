/** Lists in pages: the order, the cursors, and what becomes of foreign ones. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { SortedList } from "./sorted_list.ts";

const listOf = (keys: readonly string[], kind = "k") => new SortedList(kind, keys, (key) => key);
const byCodeUnit = (keys: readonly string[]) => keys.toSorted((a, b) => a < b ? -1 : 1);

function pagesOf(list: SortedList<string>, max: number): string[][] {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = list.page(cursor, max);
    assert(page !== undefined && pages.length < 1_000);
    pages.push([...page.items]);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

const keyLists = fc.uniqueArray(fc.string({ unit: "grapheme", maxLength: 6 }), { maxLength: 30 });
const sizes = fc.integer({ min: 1, max: 35 });

Deno.test("a sorted list has its items by code unit, and leaves what it was given alone", () => {
  const keys = ["b", "ä", "B", "a", "", "10", "2", "\u{1F600}", "\uFFFD"];
  const given = [...keys];
  assertEquals(listOf(given).items, byCodeUnit(keys));
  assertEquals(given, keys);
});

Deno.test("page() gives every item once and in order, in full pages, none empty but the only one", () => {
  fc.assert(fc.property(keyLists, sizes, (keys, max) => {
    const pages = pagesOf(listOf(keys), max);
    assertEquals(pages.flat(), byCodeUnit(keys));
    assertEquals(pages.length, Math.max(1, Math.ceil(keys.length / max)));
    assert(pages.slice(0, -1).every((page) => page.length === max));
  }));
});

Deno.test("page() goes on behind the last key when items have come and gone since", () => {
  fc.assert(fc.property(keyLists, keyLists, sizes, (old, now, max) => {
    const { items, nextCursor } = listOf(old).page(undefined, max)!;
    if (nextCursor === undefined) return;
    const last = items.at(-1)!;
    const rest = listOf(now).page(nextCursor, 100)!.items;
    assertEquals([...rest], byCodeUnit(now).filter((key) => key > last));
  }));
});

Deno.test("page() gives nothing for the cursor of another list", () => {
  const { nextCursor } = listOf(["a", "b"], "prompts").page(undefined, 1)!;
  for (const kind of ["tools", "prompt", "promptss", ""]) {
    assertEquals(listOf(["a", "b"], kind).page(nextCursor, 1), undefined);
  }
  assertEquals(listOf(["a", "b"], "prompts").page(nextCursor, 1)!.items, ["b"]);
});

Deno.test("page() gives any text as a cursor a page or nothing, and never throws", () => {
  const list = listOf(["a", "b", "c"]);
  const cursors = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.base64String(),
    fc.string({ unit: "grapheme" }).map((key) =>
      btoa(String.fromCharCode(...new TextEncoder().encode("k:" + key)))
    ),
  );
  fc.assert(fc.property(cursors, (cursor) => {
    const page = list.page(cursor, 10);
    assert(page === undefined || page.items.length <= 3);
  }));
  for (const cursor of ["", "a", "%%%", "ä", btoa("a"), btoa("K:a"), btoa("\xff\xfe")]) {
    assertEquals(list.page(cursor, 10), undefined);
  }
});

Deno.test("page() of an empty list is one empty page", () => {
  assertEquals(listOf([]).page(undefined, 10), { items: [], nextCursor: undefined });
});

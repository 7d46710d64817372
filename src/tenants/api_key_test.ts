/** The form of API keys, and what of them is stored. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createKeyId, createKeyText, hashKey, isKeyText } from "./api_key.ts";

Deno.test("createKeyText() gives keys of one form, never the same", () => {
  const keys = new Set(Array.from({ length: 500 }, createKeyText));
  assertEquals(keys.size, 500);
  for (const key of keys) {
    assertMatch(key, /^gmcp_[0-9A-Za-z]{49}$/);
    assert(isKeyText(key), key);
  }
});

Deno.test("isKeyText() finds what was mistyped, cut off or never was a key", () => {
  const key = createKeyText();
  for (let at = 0; at < key.length; at++) {
    const other = key[at] === "x" ? "y" : "x";
    assertEquals(isKeyText(key.slice(0, at) + other + key.slice(at + 1)), false, `at ${at}`);
  }
  for (
    const text of ["", "gmcp_", key.slice(1), key.slice(0, -1), key + "0", ` ${key}`, `${key}\n`]
  ) {
    assertEquals(isKeyText(text), false, JSON.stringify(text));
  }
});

Deno.test("isKeyText() takes a key that was made once, so that none is lost by a change", () => {
  assert(isKeyText("gmcp_" + "A".repeat(43) + "3fAtB2"));
  assertEquals(hashKey("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  assertMatch(createKeyId(), /^[0-9A-Za-z]{10}$/);
});

/** What is masked in messages of upstreams. */
import { assertEquals } from "@std/assert";
import { hideSecrets } from "./secrets.ts";

Deno.test("hideSecrets() masks secrets as they are, in JSON and in addresses; short words stay", () => {
  const hide = hideSecrets([
    'pass"word-1',
    "pass word/2",
    "long-secret",
    "long-secret-longer",
    "short",
  ]);
  assertEquals(hide(JSON.stringify({ a: 'pass"word-1' })), '{"a":"[secret]"}');
  assertEquals(hide("?key=pass%20word%2F2&x"), "?key=[secret]&x");
  assertEquals(hide("long-secret-longer long-secret"), "[secret] [secret]");
  assertEquals(hide("short"), "short");
});

/** What a listener process does otherwise than its server. */
import { assertEquals } from "@std/assert";
import { withPlace } from "./joined.ts";

Deno.test("withPlace() tells the files of processes apart, and keeps their extension", () => {
  assertEquals(withPlace("audit.jsonl", 2), "audit.2.jsonl");
  assertEquals(withPlace("/var/log/x.y/audit", 1), "/var/log/x.y/audit.1");
  assertEquals(withPlace("/var/log/.hidden", 3), "/var/log/.hidden.3");
  assertEquals(withPlace("a.b.c", 10), "a.b.10.c");
});

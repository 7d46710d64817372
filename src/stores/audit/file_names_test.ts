/** Names of audit files, of one process and of several. */
import { assertEquals } from "@std/assert";
import { logOfName, placeOf, rotatedName, withoutPlace, withPlace } from "./file_names.ts";

Deno.test("withPlace() tells the files of processes apart, and keeps their extension", () => {
  assertEquals(withPlace("audit.jsonl", 2), "audit.2.jsonl");
  assertEquals(withPlace("/var/log/x.y/audit", 1), "/var/log/x.y/audit.1");
  assertEquals(withPlace("/var/log/.hidden", 3), "/var/log/.hidden.3");
  assertEquals(withPlace("a.b.c", 10), "a.b.10.c");
});

Deno.test("from the name of a full file of a process, its log and its place are told", () => {
  for (const path of ["audit.jsonl", "/var/log/x.y/audit", "a.b.c", "audit.jsonl.1"]) {
    assertEquals([logOfName(path), placeOf(path), withoutPlace(path)], [path, 0, path]);
    const full = rotatedName(path, 7);
    assertEquals([logOfName(full), placeOf(full), withoutPlace(full)], [path, 0, path]);
  }
  for (const path of ["audit.jsonl", "/var/log/x.y/audit.log", "a.b.c"]) {
    const own = withPlace(path, 12);
    const ownFull = rotatedName(own, 123_456_789);
    assertEquals([logOfName(ownFull), placeOf(ownFull), withoutPlace(ownFull)], [own, 12, path]);
  }
});

/** The key beside a log. */
import { assertEquals, assertRejects } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import { loadAuditKey, readAuditKey } from "./key_file.ts";

Deno.test("a key is made once, private, and read again", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/key`;
    await assertRejects(() => readAuditKey(path), GomcpError, `Cannot read audit key ${path}`);
    const made = await loadAuditKey(path);
    assertEquals([made.length, (await Deno.stat(path)).mode! & 0o777], [32, 0o600]);
    assertEquals(await loadAuditKey(path), made);
    await Deno.writeTextFile(path, "ab".repeat(31));
    const error = await assertRejects(() => loadAuditKey(path), GomcpError);
    assertEquals(error.message, `Cannot read audit key ${path}: expected 64 hex digits`);
    await assertRejects(() => loadAuditKey(`${path}/x`), GomcpError, "Cannot write audit key");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

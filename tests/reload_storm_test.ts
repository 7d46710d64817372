/** Reload after reload under load: nothing is lost, nothing stays. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

Deno.test("200 reloads under load: each call runs once, on the generation it came to, and the heap is back", async () => {
  const script = fileURLToPath(new URL("./support/reload_storm.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", script],
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const seen = JSON.parse(new TextDecoder().decode(stdout));
  console.log(
    `${seen.calls} calls, heap at ${(seen.heapRatio * 100).toFixed(1)} % after 200 reloads`,
  );
  assert(seen.calls > 200, "there was load");
  assertEquals([seen.executed, seen.wrong], [seen.calls, 0]);
  assertEquals([seen.told, seen.retiring, seen.running], [200, 0, 0]);
  assertEquals(seen.retired, seen.generation, "all have ended, the last at the shutdown");
  assert(seen.heapRatio < 1.1, `the heap is ${seen.heapRatio} of what it was`);
});

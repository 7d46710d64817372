/** A follower loses nothing while files come and go faster than it looks. */
import { assertEquals } from "@std/assert";
import { LogFollower } from "./follow.ts";

function segment(number: number): string {
  return `{"segment":${number},"x":0}\n{"seq":${number}}\n`;
}

Deno.test("LogFollower reads files that were filled meanwhile, also before the new one has a line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/audit.jsonl`;
    const full = (number: number) => `${folder}/audit.${String(number).padStart(8, "0")}.jsonl`;
    await Deno.writeTextFile(path, segment(1));
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const line of new LogFollower(path, stop.signal).lines()) {
      if (line !== undefined) {
        const { seq } = JSON.parse(line);
        if (seq !== undefined) seen.push(seq);
        if (seq === 4) stop.abort();
      } else if (seen.length === 1) {
        await Deno.rename(path, full(1));
        await Deno.writeTextFile(full(2), segment(2));
        await Deno.writeTextFile(full(3), segment(3));
        await Deno.writeTextFile(path, "");
      } else if (seen.length === 3) {
        await Deno.writeTextFile(path, segment(4));
      }
    }
    assertEquals(seen, [1, 2, 3, 4]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Changed tenants are read at once, many of them in turns, and again where that failed. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { LIMITS } from "../base/limits.ts";
import { createLogger } from "../base/log.ts";
import { Rereader } from "./rereader.ts";

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

function make(read: (id: string) => Promise<void> = () => Promise.resolve()) {
  const clock = new FakeClock();
  const [seen, said]: [string[], string[]] = [[], []];
  const log = createLogger({
    level: "warn",
    format: "text",
    clock,
    write: (line) => void said.push(line),
  });
  const rereader = new Rereader({
    clock,
    log,
    read: (id) => {
      seen.push(id);
      return read(id);
    },
  });
  return { clock, seen, said, rereader };
}

Deno.test("Rereader reads a million in turns, and one that has changed before the rest", async () => {
  const { clock, seen, rereader } = make();
  rereader.addAll(Array.from({ length: 1_000 }, (_, i) => `t${i}`));
  await settle();
  const first = seen.length;
  assertEquals(first < 1_000, true, `${first} before others have a turn`);
  rereader.add("urgent");
  await settle();
  assertEquals(seen[first], "urgent");
  for (let i = 0; i < 10; i++) {
    clock.advance(0);
    await settle();
  }
  assertEquals([seen.length, new Set(seen).size], [1_001, 1_001]);
  rereader.close();
});

Deno.test("Rereader tries again what failed, says so once, and reads twice what changed twice", async () => {
  let isAway = true;
  const { clock, seen, said, rereader } = make((id) =>
    isAway && id === "b" ? Promise.reject(new Error("away")) : Promise.resolve()
  );
  for (const id of ["a", "b", "a"]) rereader.add(id);
  await settle();
  for (let i = 0; i < 3; i++) {
    clock.advance(LIMITS.statePollMs);
    await settle();
  }
  assertEquals(seen, ["a", "b", "a", "b", "b", "b"]);
  assertEquals(said.length, 1);
  isAway = false;
  clock.advance(LIMITS.statePollMs);
  await settle();
  clock.advance(LIMITS.statePollMs);
  await settle();
  assertEquals(seen.filter((id) => id === "b").length, 5);
  rereader.add("c");
  rereader.close();
  rereader.add("d");
  await settle();
  assertEquals(seen.slice(-2), ["b", "c"]);
});

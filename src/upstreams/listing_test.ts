/** When the lists of an upstream are read anew, and when it is left out. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { SILENT_LOG } from "../base/log.ts";
import { upstreamConfig } from "../config/upstream_config.ts";
import { Listing } from "./listing.ts";
import type { UpstreamLists } from "./read_lists.ts";

const lists = (ttlMs: number | undefined, tool = "a"): UpstreamLists => ({
  tools: [{ name: tool }],
  resources: [],
  templates: [],
  prompts: [],
  ttlMs,
});

function open(entry: { readonly refresh?: string } = {}) {
  const clock = new FakeClock();
  const changes: string[] = [];
  const answers: ((lists: UpstreamLists) => void)[] = [];
  const listing = new Listing({
    settings: upstreamConfig({ name: "up", command: "x", leaveOutAfter: "5s", ...entry }),
    clock,
    log: SILENT_LOG,
    onChange: (why) => changes.push(why),
    read: () => new Promise((resolve) => answers.push(resolve)),
  });
  return { clock, changes, answers, listing };
}

for (
  const [what, ttlMs, refresh, afterMs] of [
    ["as long as they say that they are good", 60_000, undefined, 60_000],
    ["no sooner than every half minute", 1, undefined, 30_000],
    ["as the operator says, whatever they say", 60_000, "2s", 2_000],
  ] as const
) {
  Deno.test(`lists are kept ${what}`, async () => {
    const { clock, changes, answers, listing } = open(refresh === undefined ? {} : { refresh });
    listing.take(lists(ttlMs), "first");
    clock.advance(afterMs - 1);
    assertEquals(answers.length, 0);
    clock.advance(1);
    assertEquals(answers.length, 1);
    answers[0]!(lists(ttlMs, "b"));
    await settled();
    assertEquals([changes, listing.lists?.tools], [["first", "its lists have changed"], [
      { name: "b" },
    ]]);
    // And again after that.
    clock.advance(afterMs);
    assertEquals(answers.length, 2);
    listing.close();
  });
}

Deno.test("lists that do not say how long they are good are read when they change, once at a time", async () => {
  const { clock, changes, answers, listing } = open();
  listing.take(lists(undefined), "first");
  clock.advance(86_400_000);
  assertEquals(answers.length, 0);
  for (let i = 0; i < 3; i++) listing.refresh();
  assertEquals(answers.length, 1);
  listing.refresh();
  answers[0]!(lists(undefined));
  await settled();
  // What changed while they were read makes them be read once more; the same is no change.
  assertEquals([answers.length, changes], [2, ["first"]]);
});

Deno.test("what an upstream has is left out after a while, unless it is back before", () => {
  const { clock, changes, listing } = open();
  listing.take(lists(undefined), "first");
  listing.away();
  clock.advance(4_999);
  listing.take(lists(undefined), "back");
  clock.advance(10_000);
  assertEquals([listing.lists !== undefined, changes], [true, ["first"]]);
  listing.away();
  clock.advance(5_000);
  assertEquals([listing.lists, changes], [undefined, ["first", "it is away"]]);
});

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Events that are kept, and in which order they are forgotten. */
import { assertEquals } from "@std/assert";
import { ReplayLog, ReplayStore } from "./replay_store.ts";

function texts(log: ReplayLog, seq = 0): string[] {
  return [...log.after(seq)].map(({ text }) => text);
}

Deno.test("ReplayLog gives what came after an event, in order", () => {
  const log = new ReplayLog(new ReplayStore());
  assertEquals([log.lastSeq, texts(log)], [0, []]);
  assertEquals(["a", "b", "c"].map((text) => log.add(text)), [1, 2, 3]);
  assertEquals([texts(log), texts(log, 1), texts(log, 3)], [["a", "b", "c"], ["b", "c"], []]);
});

Deno.test("ReplayStore forgets the oldest event of all logs, and only as many as it must", () => {
  const store = new ReplayStore(5);
  const [one, two] = [new ReplayLog(store), new ReplayLog(store)];
  one.add("aa");
  two.add("bb");
  one.add("c");
  assertEquals([texts(one), texts(two), store.chars], [["aa", "c"], ["bb"], 5]);
  two.add("d");
  assertEquals([texts(one), texts(two), store.chars], [["c"], ["bb", "d"], 4]);
  assertEquals(one.lastSeq, 2);
});

Deno.test("ReplayStore keeps nothing that is larger than itself", () => {
  const store = new ReplayStore(5);
  const log = new ReplayLog(store);
  log.add("a");
  assertEquals(log.add("bbbbbb"), 2);
  assertEquals([texts(log), store.chars], [[], 0]);
});

Deno.test("ReplayLog gives back all that it holds", () => {
  const store = new ReplayStore(5);
  const [one, two] = [new ReplayLog(store), new ReplayLog(store)];
  one.add("aa");
  one.add("bb");
  two.add("c");
  one.forgetAll();
  assertEquals([texts(one), texts(two), store.chars], [[], ["c"], 1]);
});

/** Changes are watched even where the store does not let one at first. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { LIMITS } from "../base/limits.ts";
import { SILENT_LOG } from "../base/log.ts";
import { ChangeWatch } from "./change_watch.ts";
import type { ChangeListener, FaultListener, StateStore } from "./state_store.ts";

Deno.test("ChangeWatch is blind until the store lets it watch, and then anything may have changed", async () => {
  const clock = new FakeClock();
  const seen: (string | undefined)[] = [];
  let told: [ChangeListener, FaultListener] | undefined;
  let refusals = 2;
  let stopped = 0;
  const store = {
    watch(onChange: ChangeListener, onFault: FaultListener) {
      if (refusals-- > 0) return Promise.reject(new Error("away"));
      told = [onChange, onFault];
      return Promise.resolve(() => void stopped++);
    },
  } as Partial<StateStore> as StateStore;
  const onChange = (tenant: string | undefined) => void seen.push(tenant);
  const watch = new ChangeWatch({ store, clock, log: SILENT_LOG, onChange });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  await watch.start();
  assertEquals(watch.isBlind, true);
  clock.advance(LIMITS.statePollMs);
  await settled();
  assertEquals(watch.isBlind, true);
  clock.advance(LIMITS.statePollMs);
  await settled();
  assertEquals([watch.isBlind, seen.at(-1)], [false, undefined]);
  const [change, fault] = told!;
  change("a");
  assertEquals(seen.at(-1), "a");
  fault(new Error("away"));
  assertEquals(watch.isBlind, true);
  fault(undefined);
  assertEquals(watch.isBlind, false);
  watch.close();
  assertEquals(stopped, 1);
});

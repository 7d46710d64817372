/** The state in memory keeps the contract of all stores. */
import { testStateStore } from "./contract.ts";
import { memoryState } from "./memory_state.ts";

testStateStore("memoryState()", () => {
  const store = memoryState();
  return Promise.resolve({
    store,
    other: store,
    settle: () => Promise.resolve(),
    [Symbol.asyncDispose]: async () => await store.close(),
  });
});

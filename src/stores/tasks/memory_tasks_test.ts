/** Tasks in memory keep the contract of all stores of tasks. */
import { testTaskStore } from "./contract.ts";
import { memoryTasks } from "./memory_tasks.ts";

testTaskStore("memoryTasks()", () => {
  const store = memoryTasks();
  return Promise.resolve({
    store,
    other: store,
    [Symbol.asyncDispose]: async () => await store.close(),
  });
});

/** Tasks in SQLite keep the contract of all stores of tasks. */
import { testTaskStore } from "./contract.ts";
import { openSqliteTasks } from "./sqlite_tasks.ts";

testTaskStore("openSqliteTasks()", async () => {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-test-" });
  const store = openSqliteTasks(`${folder}/state.db`);
  const other = openSqliteTasks(`${folder}/state.db`);
  return {
    store,
    other,
    async [Symbol.asyncDispose]() {
      await store.close();
      await other.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
});

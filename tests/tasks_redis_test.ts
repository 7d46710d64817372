/** Tasks in Redis keep the contract of all stores of tasks, against a real server. */
import { type OpenedTasks, testTaskStore } from "../src/stores/tasks/contract.ts";
import { openRedisTasks } from "../src/stores/tasks/redis_tasks.ts";
import { HAS_REDIS, RedisServer } from "./support/redis.ts";

async function open(): Promise<OpenedTasks> {
  const server = await RedisServer.start();
  const store = await openRedisTasks(server.url);
  const other = await openRedisTasks(server.url);
  return {
    store,
    other,
    async [Symbol.asyncDispose]() {
      await store.close();
      await other.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

if (HAS_REDIS) testTaskStore("openRedisTasks()", open);

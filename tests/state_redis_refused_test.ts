/** The state in Redis where there is none. In a file of its own: its timer outlives the test. */
import { assertEquals, assertRejects } from "@std/assert";
import { GomcpError } from "../src/base/errors.ts";
import { openRedisState } from "../src/stores/state/redis_state.ts";

Deno.test({
  name: "openRedisState() says where nobody answers, without the password",
  // ioredis gives a socket that never opened two more seconds.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const url = "redis://user:secret@127.0.0.1:1/2";
    const error = await assertRejects(() => openRedisState(url), GomcpError);
    assertEquals(error.code, "overloaded");
    assertEquals(error.message.includes("secret"), false);
    assertEquals(error.message.startsWith("Cannot reach redis://127.0.0.1:1/2: "), true);
  },
});

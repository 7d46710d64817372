/** Official clients that wait for one resource, which an upstream has: it is asked, and they are told. */
import { assertEquals } from "@std/assert";
import { type ClientName, connect } from "./support/clients.ts";
import type { Way } from "./support/through.ts";
import { until } from "./support/wait.ts";

const WATCHED = "about://me";

/** Clients of both eras, before upstreams of both. */
const PAIRS: readonly (readonly [ClientName, Way])[] = [
  ["v2 HTTP modern", "stdio-legacy"],
  ["v2 stdio legacy", "http"],
];

for (const [name, way] of PAIRS) {
  Deno.test(
    `${name} hears of a resource of an upstream over ${way}`,
    // The official stdio transports leave a timer of 2 s behind when they close.
    { sanitizeOps: false, sanitizeResources: false },
    async () => {
      await using client = await connect(name, ["features", "protocol", "slow"], { through: way });
      const updates = () =>
        client.notices.items.filter(({ method }) => method === "notifications/resources/updated")
          .map(({ params }) => params.uri);
      const watch = await client.watch(WATCHED);
      await until(async () => {
        await client.call("touch", { uri: WATCHED });
        return updates().length > 0;
      }, "the client is told of the change");
      await watch.close();
      assertEquals(new Set(updates()), new Set([WATCHED]));
    },
  );
}

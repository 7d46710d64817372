/** What the revisions of MCP require of the HTTP transport alone, row by row. */
import { assertEquals } from "@std/assert";
import { access } from "./requirements/http/access.ts";
import { headers } from "./requirements/http/headers.ts";
import { HttpClient, type HttpRow } from "./requirements/http/row.ts";
import { sessions } from "./requirements/http/sessions.ts";
import { EVERYTHING } from "./support/feature_scenarios.ts";
import { startServer } from "./support/server.ts";
import { REVISIONS } from "./support/speaker.ts";

const ROWS: readonly HttpRow[] = [...access, ...sessions, ...headers];

Deno.test("requirements of MCP that only HTTP has", async (t) => {
  await using server = await startServer({
    fixtures: ["protocol", "slow"],
    args: ["--tools", EVERYTHING],
  });
  for (const revision of REVISIONS) {
    const client = await HttpClient.open(server, revision);
    for (const { id, section, run } of ROWS.filter((row) => row.revisions.includes(revision))) {
      await t.step(`${id} (${revision}, ${section})`, () => run(client));
    }
  }
});

Deno.test("requirements that only HTTP has have ids of their own in each revision", () => {
  const ids = ROWS.flatMap(({ id, revisions }) => revisions.map((each) => `${id} ${each}`));
  assertEquals(ids.filter((id, index) => ids.indexOf(id) !== index), []);
});

/** Texts for new users, followed word by word; blocks of TypeScript are run by `deno test --doc`, too. */
import { assert } from "@std/assert";
import type { Snippet } from "./support/snippets.ts";
import { walk } from "./support/walkthrough.ts";

for (const path of ["docs/start.md", "docs/tools.md", "docs/migration.md"]) {
  Deno.test(`whoever follows ${path} sees what it shows`, async (t) => {
    await walk(path, t);
  });
}

const read = (name: string) => Deno.readTextFile(new URL(`../${name}`, import.meta.url));

/** Commands of the README that are not typed here, and why. */
const LEFT_OUT: readonly RegExp[] = [
  /^npx .* task test$/, // this is it
  /^gomcp validate --command/, // starts what npx downloads: tests/validate_servers_test.ts
  /^gomcp bench --command/, // so does this: tests/bench_command_test.ts
  /gmcp_…/, // the key is another one each time
  /^gomcp serve --upstreams=/, // of a file of the reader's own: tests/upstreams_npm_test.ts
];

Deno.test("whoever follows README.md in a checkout gets no error", async (t) => {
  const { tasks } = JSON.parse(await read("deno.json"));
  const start = /cli\/main\.ts (.*)$/.exec(tasks.start)![1];
  const adapt = (block: Snippet): Snippet => {
    if (block.text.includes('name: "repeat"')) return { ...block, info: "title=repeat.ts" };
    if (block.language !== "sh") return block;
    const text = block.text.split("\n").filter((line) => !LEFT_OUT.some((each) => each.test(line)))
      .join("\n")
      .replaceAll(/npx -y deno@[\d.]+ task start/g, `gomcp ${start}`)
      .replaceAll(/npx -y deno@[\d.]+ task gomcp/g, "gomcp")
      .replaceAll("/path/to/repeat.ts", "repeat.ts")
      .replaceAll("path/to/tools", "examples/tools")
      // No test depends on how fast a machine is.
      .replaceAll("--duration=5s --assert='p99<20ms,", "--duration=1s --assert='");
    // What the server says is wrong ends the command.
    return { ...block, text: text.replaceAll("curl ", "curl -sS --fail-with-body ") };
  };
  const files = {
    "examples/tools/numbers.ts": await read("examples/tools/numbers.ts"),
    "numbers.json": '{"a":1,"b":2}',
  };
  await walk("README.md", t, adapt, files);
  assert(start!.startsWith("serve"));
});

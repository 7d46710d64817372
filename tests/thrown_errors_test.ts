/** What a handler throws goes to the model as a result, and is cleaned and bounded like one. */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../src/base/limits.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { createValidator } from "../src/security/validator.ts";
import { defineTool } from "../src/tools/define_tool.ts";
import type { ValidationPolicy } from "../src/security/policy.ts";

/** Put together here, so that nobody's scanner takes this file for a leak. */
const SECRET = "AKIA" + "ABCDEFGHIJKLMNOP";

async function textOf(message: string, later: boolean, policy: ValidationPolicy): Promise<string> {
  const tool = defineTool({
    name: "fails",
    description: "Throws.",
    input: { type: "object" },
    handler: () => {
      if (later) return Promise.reject(new Error(message));
      throw new Error(message);
    },
  });
  const runtime = createRuntime({ tools: [tool], validator: createValidator(policy) });
  const outcome = await runtime.callTool("fails", {});
  await runtime.shutdown();
  assert(outcome.kind === "result");
  assertEquals(outcome.result.isError, true);
  const [block] = outcome.result.content;
  assert(block?.type === "text");
  return block.text;
}

for (const later of [false, true]) {
  const how = later ? "rejects with" : "throws";

  Deno.test(`control characters are stripped from what a handler ${how}`, async () => {
    const message = "connect to \x1b]0;title\x07\x1b[31m/data\x1b[0m\x85 failed";
    assertEquals(
      await textOf(message, later, {}),
      'Tool "fails" failed: connect to /data failed',
    );
  });

  Deno.test(`secrets are masked in what a handler ${how}, where the policy says so`, async () => {
    const message = `key ${SECRET} refused`;
    assertEquals(
      await textOf(message, later, { outputs: { secrets: "mask" } }),
      'Tool "fails" failed: key [masked aws_key_id] refused',
    );
    assertEquals(await textOf(message, later, {}), `Tool "fails" failed: ${message}`);
  });

  Deno.test(`a message above the bound of results is not what a client gets of what it ${how}`, async () => {
    const text = await textOf("x".repeat(LIMITS.resultBytesMax), later, {});
    // The quotes around the tool's name have two characters in JSON.
    assertEquals(
      text,
      `Tool "fails" failed with a message of ${LIMITS.resultBytesMax + 23} bytes, ` +
        `expected at most ${LIMITS.resultBytesMax}`,
    );
  });
}

/** The built-in tool echo. */
import { assertEquals } from "@std/assert";
import { SILENT_LOG } from "../../base/log.ts";
import { Call } from "../../pipeline/call.ts";
import { toolTarget } from "../tool_target.ts";
import { echoTool } from "./echo.ts";

Deno.test("echo sends back the text that it was given", async () => {
  const tool = echoTool();
  const call = new Call({ tool: "echo", args: {}, adapter: "library" });
  call.checkedArgs = { msg: "hello ü😀" };
  const outcome = await toolTarget(tool, SILENT_LOG).run(call);
  assertEquals(outcome.kind === "result" && outcome.result.content, [
    { type: "text", text: "hello ü😀" },
  ]);
});

Deno.test("echo takes one text and nothing else for it", () => {
  const { input, definition } = echoTool();
  assertEquals(input.check({ msg: "" }).ok, true);
  for (const args of [{}, { msg: 1 }, { msg: null }, [], null]) {
    assertEquals(input.check(args).ok, false);
  }
  assertEquals(definition.annotations, {
    readOnlyHint: true,
    idempotentHint: true,
    openWorldHint: false,
  });
});

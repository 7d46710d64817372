/** The official clients over stdio, in both eras: they start the real program themselves. */
import { assert, assertMatch } from "@std/assert";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { runScenarios } from "./support/client_scenarios.ts";
import { cliEnv, denoArgs } from "./support/cli_process.ts";
import { CLIENT_NAMES } from "./support/clients.ts";
import { until } from "./support/wait.ts";

/**
 * When they close, the official stdio transports race the end of the process against a
 * timer of 2 s, which they never clear. It fires in whichever test of this file runs then,
 * so all tests here go without sanitizers.
 */
const LEAKS_A_TIMER = { sanitizeOps: false, sanitizeResources: false };

for (const name of CLIENT_NAMES.filter((each) => each.includes("stdio"))) {
  Deno.test(
    `official client ${name} does what clients do`,
    LEAKS_A_TIMER,
    (t) => runScenarios(name, t),
  );
}

Deno.test("official client v1 stdio: the process ends by itself when the client closes", {
  ...LEAKS_A_TIMER,
}, async () => {
  const transport = new StdioClientTransport({
    command: Deno.execPath(),
    args: denoArgs(["serve", "--mode=stdio"]),
    env: cliEnv(),
    stderr: "pipe",
  });
  let log = "";
  transport.stderr!.on("data", (chunk: unknown) => void (log += chunk));
  const client = new Client({ name: "closing", version: "1" });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  const pid = transport.pid!;
  assert(isAlive(pid));
  await client.close();
  await until(() => !isAlive(pid), "the process has ended");
  // After 2 s the transport would have sent SIGTERM.
  await until(() => / stopped$/m.test(log), "the log is read to its end");
  assertMatch(log, / stopping reason=end_of_input /);
});

/** Signal 0 only asks; a zombie that nobody has awaited yet still answers, so this is polled. */
function isAlive(pid: number): boolean {
  const { success } = new Deno.Command("kill", {
    args: ["-0", String(pid)],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return success;
}

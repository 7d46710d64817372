/**
 * Runs the scenarios of a build, `run.ts FILE FOLDER TOOLS HOME [offline]`, and prints a line of
 * JSON for each. With "offline" it is in a network namespace of its own.
 */
import { raiseLoopback } from "./loopback.ts";
import { SCENARIOS } from "./scenarios.ts";

const [file, folder, tools, home, network] = Deno.args;
if (network === "offline") raiseLoopback();
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  let error: string | null = null;
  try {
    await scenario({ file: file!, folder: folder!, tools: tools!, home: home! });
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown);
  }
  console.log(JSON.stringify({ name, error }));
}

/** `gomcp config schema`: for editors, which then know what may stand in gomcp.json. */
import { readFlags } from "../../src/config/flags.ts";
import type { CommandHelp } from "../help.ts";
import { schemaText } from "./schema_text.ts";

export const help: CommandHelp = {
  usage: ["gomcp config schema"],
  what: "Prints the JSON Schema of gomcp.json.",
  flags: [],
  examples: ["gomcp config schema > gomcp.schema.json"],
};

// deno-lint-ignore require-await -- a command is asynchronous, this one happens not to wait
export async function run(args: readonly string[]): Promise<number> {
  readFlags(help.flags, args, () => undefined);
  console.log(schemaText());
  return 0;
}

/** What a tool host reads at its start. */
import { assert, assertEquals } from "@std/assert";
import { hostProgram } from "./host_program.ts";

Deno.test("a host of a module that needs no packages has none to read", async () => {
  const { executable, flags, main } = hostProgram();
  // As it is run, but that its modules are listed.
  const args = ["info", "--json", ...flags.none.filter((flag) => flag.startsWith("--")), main];
  const output = await new Deno.Command(executable, { args, stderr: "null" }).output();
  assert(output.success);
  const { modules } = JSON.parse(new TextDecoder().decode(output.stdout));
  const specifiers: string[] = modules.map(({ specifier }: { specifier: string }) => specifier);
  assertEquals(specifiers.filter((each) => !/^(file|node):/.test(each)), []);
});

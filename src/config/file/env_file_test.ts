import { assertEquals } from "@std/assert";
import { readEnvFile } from "./env_file.ts";

Deno.test("readEnvFile() reads names and values, quoted or not", () => {
  const text = `# mine
export A=1
B = "x # y\\n" # why

C='a "b"'
D=a#b # c
A=2
E=`;
  assertEquals(readEnvFile(text), {
    values: { A: "2", B: "x # y\n", C: 'a "b"', D: "a#b", E: "" },
  });
});

Deno.test("readEnvFile() names the line that is none", () => {
  assertEquals(readEnvFile("A=1\n\nnonsense"), { fault: "line 3 is not NAME=VALUE" });
});

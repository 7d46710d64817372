/** The generated codecs are those of the .proto files as they are now. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { GENERATED, GENERATED_FILES, sourceHash } from "../scripts/proto/sources.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** What Deno says when the generator, which is no part of gomcp, cannot be had. */
const UNREACHABLE = /error sending request|dns error|client error|--cached-only|Connection refused/;

Deno.test("every generated file says which sources it was made of: run deno task proto", async () => {
  const hash = await sourceHash();
  for (const name of GENERATED_FILES) {
    const text = await Deno.readTextFile(new URL(name, GENERATED));
    assertEquals(text.split("\n", 1)[0]!.endsWith(`Sources: ${hash}`), true, name);
  }
});

Deno.test("the generator makes the same files again", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "proto", "--check"],
    cwd: ROOT,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code !== 0 && UNREACHABLE.test(text(stderr))) {
    console.log("skipped: the generator cannot be had from npm");
    return;
  }
  assertEquals([code, text(stdout).trim()], [0, "5 of 5 files are fresh"], text(stderr));
});

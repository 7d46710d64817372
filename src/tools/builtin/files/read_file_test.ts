/** Shows what `read_file` gives: text, binary resources, and parts of large files. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { LIMITS } from "../../../base/limits.ts";
import { createRuntime } from "../../../runtime/runtime.ts";
import {
  type Call,
  ignore,
  type Sandbox,
  textOf,
  withFileTools,
} from "../../../stores/root_fs/testing.ts";

const MAX = LIMITS.fileReadBytesMax;

function test(name: string, check: (call: Call, sandbox: Sandbox) => Promise<void>): void {
  Deno.test({ name, ignore, fn: () => withFileTools(createRuntime, check) });
}

test("read_file gives UTF-8 text as it is, byte order mark and all", async (call, { root }) => {
  for (const text of ["", "plain\r\n", "\ufeffäöü 日本 🎉\n"]) {
    await Deno.writeTextFile(`${root}/a.txt`, text);
    const { content, isError } = await call("read_file", { path: "a.txt" });
    assertEquals([content, isError], [[{ type: "text", text }], undefined]);
  }
});

test(
  "read_file gives other bytes as a base64 resource without the root's place",
  async (call, { root }) => {
    await Deno.mkdir(`${root}/a dir`);
    const files: [string, number[], string][] = [
      ["a dir/ü#1.PNG", [0x89, 0x50, 0x4e, 0x47, 0xff], "image/png"],
      ["nul.txt", [0x61, 0x00, 0x62], "application/octet-stream"],
      ["latin1", [0xe4, 0xf6, 0xfc], "application/octet-stream"],
      ["overlong.bin", [0xc0, 0xaf], "application/octet-stream"],
    ];
    for (const [path, bytes, mimeType] of files) {
      await Deno.writeFile(`${root}/${path}`, new Uint8Array(bytes));
      const { content } = await call("read_file", { path: `./${path}` });
      const uri = `file:///${path.split("/").map(encodeURIComponent).join("/")}`;
      const blob = btoa(String.fromCharCode(...bytes));
      assertEquals(content, [{ type: "resource", resource: { uri, mimeType, blob } }]);
    }
  },
);

test(
  "read_file gives a file up to the bound whole, and a larger one in parts",
  async (call, { root }) => {
    for (const size of [MAX - 1, MAX]) {
      await Deno.writeTextFile(`${root}/file`, "x".repeat(size));
      const { content } = await call("read_file", { path: "file" });
      assertEquals(content.length, 1);
      assertEquals(textOf({ content }).length, size);
    }
    await Deno.writeTextFile(`${root}/file`, "x".repeat(MAX) + "y");
    const first = await call("read_file", { path: "file" });
    const next = `[Bytes 0 to ${MAX} of ${
      MAX + 1
    }. Call read_file with offset ${MAX} for the next part.]`;
    assertEquals(first.content[1], { type: "text", text: next });
    const last = await call("read_file", { path: "file", offset: MAX });
    const end = `[Bytes ${MAX} to ${MAX + 1} of ${MAX + 1}. This is the end of the file.]`;
    assertEquals(textOf(last), `y\n${end}`);
  },
);

test(
  "read_file cuts no character in two, and its parts add up to the file",
  async (call, { root }) => {
    const text = "a😀äbü日本語€".repeat(4);
    await Deno.writeTextFile(`${root}/file`, text);
    for (const length of [4, 5, 7, 16]) {
      let read = "";
      for (let offset: number | undefined = 0; offset !== undefined;) {
        const { content } = await call("read_file", { path: "file", offset, length });
        read += textOf({ content: content.slice(0, 1) });
        const next: string | undefined = /offset (\d+)/.exec(textOf({ content: content.slice(1) }))
          ?.[1];
        offset = next === undefined ? undefined : Number(next);
      }
      assertEquals(read, text);
    }
  },
);

test(
  "read_file starts at the next character when the offset is within one",
  async (call, { root }) => {
    await Deno.writeTextFile(`${root}/file`, "😀ab");
    const result = await call("read_file", { path: "file", offset: 2 });
    assertEquals(textOf(result), "ab\n[Bytes 4 to 6 of 6. This is the end of the file.]");
  },
);

test(
  "read_file gives a part of one character as bytes, so that every call goes on",
  async (call, { root }) => {
    await Deno.writeTextFile(`${root}/file`, "😀ab");
    const { content } = await call("read_file", { path: "file", length: 2 });
    assertEquals(content[0]!.type, "resource");
    assertStringIncludes(textOf({ content }), "with offset 2");
  },
);

test("read_file refuses offsets and lengths out of range", async (call, { root }) => {
  await Deno.writeTextFile(`${root}/file`, "12345");
  const at = (more: object) => call("read_file", { path: "file", ...more });
  assertEquals(
    textOf(await at({ offset: 4 })),
    "5\n[Bytes 4 to 5 of 5. This is the end of the file.]",
  );
  assertEquals((await at({ offset: 5 })).isError, undefined);
  assertStringIncludes(textOf(await at({ offset: 6 })), "expected at most its 5 bytes");
  for (const more of [{ offset: -1 }, { offset: 0.5 }, { length: 0 }, { length: MAX + 1 }]) {
    assertEquals((await at(more)).isError, true);
  }
  assertEquals((await at({ length: MAX })).isError, undefined);
});

test(
  "read_file says why it cannot read, in the caller's words",
  async (call, { root, outside }) => {
    await Deno.symlink(outside, `${root}/link`);
    const result = await call("read_file", { path: "link/secret.txt" });
    const text = 'Tool "read_file" failed: Cannot read "link/secret.txt": ' +
      "a symbolic link on the way leads outside the root";
    assertEquals(result, { content: [{ type: "text", text }], isError: true });
  },
);

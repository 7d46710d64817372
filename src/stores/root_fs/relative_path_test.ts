/** Shows which paths are taken, and which are refused before the disk is asked. */
import { LIMITS } from "../../base/limits.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import { parseRelativePath } from "./relative_path.ts";

const TAKEN: [string, string[]][] = [
  [".", []],
  ["a", ["a"]],
  ["a/b.txt", ["a", "b.txt"]],
  ["./a", ["a"]],
  ["a/./b", ["a", "b"]],
  ["..a/b..", ["..a", "b.."]],
  ["...", ["..."]],
  ["a b/ü/日本", ["a b", "ü", "日本"]],
  ["~/a", ["~", "a"]],
  ["ab:c", ["ab:c"]],
];

const REFUSED: [string, string][] = [
  ["", "it is empty"],
  ["..", 'it contains ".."'],
  ["../a", 'it contains ".."'],
  ["a/..", 'it contains ".."'],
  ["a/../../b", 'it contains ".."'],
  ["/", "it is absolute"],
  ["/etc/passwd", "it is absolute"],
  ["//host/share", "it is absolute"],
  ["C:", "it starts with a drive"],
  ["c:/windows", "it starts with a drive"],
  ["C:a", "it starts with a drive"],
  ["..\\a", "it contains a backslash"],
  ["\\\\host\\share", "it contains a backslash"],
  ["C:\\a", "it contains a backslash"],
  ["a\0b", "it contains a NUL"],
  ["a\0/../b", "it contains a NUL"],
  ["a//b", "it has an empty name"],
  ["a/", "it has an empty name"],
  ["file:///etc/passwd", "it has an empty name"],
  ["a\ud800", "it contains half a surrogate pair"],
];

/** Fine elsewhere, something else on Windows. */
const WINDOWS_ONLY = [
  "sub/a:stream",
  "sub/a.txt::$DATA",
  "a./b",
  "...",
  ".. /a",
  "a ",
  "nul",
  "sub/CON.txt",
  "com1",
  "LPT¹",
];

Deno.test("parseRelativePath() gives the names of what lies below the root", () => {
  for (const [path, names] of TAKEN) {
    assertEquals(parseRelativePath(path, { windows: false }), names);
  }
});

for (const [path, reason] of REFUSED) {
  Deno.test(`parseRelativePath() refuses ${JSON.stringify(path)}: ${reason}`, () => {
    for (const windows of [false, true]) {
      const error = assertThrows(() => parseRelativePath(path, { windows }), GomcpError, reason);
      assertEquals(error.code, "invalid_arguments");
    }
  });
}

for (const path of WINDOWS_ONLY) {
  Deno.test(`parseRelativePath() refuses ${JSON.stringify(path)} on Windows only`, () => {
    assertEquals(parseRelativePath(path, { windows: false }).join("/"), path);
    assertThrows(() => parseRelativePath(path, { windows: true }), GomcpError, "Windows");
  });
}

Deno.test("parseRelativePath() takes paths up to the bound", () => {
  const ofLength = (chars: number) => () =>
    parseRelativePath("a".repeat(chars), { windows: false });
  assertEquals(ofLength(LIMITS.pathCharsMax - 1)().length, 1);
  assertEquals(ofLength(LIMITS.pathCharsMax)().length, 1);
  assertThrows(
    ofLength(LIMITS.pathCharsMax + 1),
    GomcpError,
    `expected at most ${LIMITS.pathCharsMax}`,
  );
});

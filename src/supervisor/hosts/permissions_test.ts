/** Permissions as they are declared, and as flags of Deno's. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import {
  describePermissions,
  isNothing,
  joinPermissions,
  NO_PERMISSIONS,
  permissionFlags,
} from "./permissions.ts";

Deno.test("joinPermissions() takes each value once, paths from the module's folder", () => {
  const joined = joinPermissions(
    [{ net: ["b", "a"], read: ["data", "/etc"] }, undefined, { net: ["a"], read: ["."] }],
    "/m/tool.ts",
  );
  assertEquals(joined, { ...NO_PERMISSIONS, net: ["a", "b"], read: ["/etc", "/m", "/m/data"] });
  assertEquals(describePermissions(joined), "net=a,b read=/etc,/m,/m/data");
  assertEquals([isNothing(joined), isNothing(NO_PERMISSIONS)], [false, true]);
  assertEquals(describePermissions(NO_PERMISSIONS), "none");
});

Deno.test("permissionFlags() gives what is declared and the module's own files", () => {
  const permissions = { ...NO_PERMISSIONS, net: ["a:443", "b"], run: ["*"], read: ["/d"] };
  assertEquals(permissionFlags(permissions, ["/m/a,b.ts"]), [
    "--allow-net=a:443,b",
    "--allow-read=/d,/m/a,,b.ts",
    "--allow-run",
  ]);
  assertEquals(permissionFlags({ ...NO_PERMISSIONS, read: ["*"] }, ["/m"]), ["--allow-read"]);
  assertEquals(permissionFlags(NO_PERMISSIONS, []), []);
});

Deno.test("permissionFlags() refuses an empty value, which Deno would take for everything", () => {
  const permissions = { ...NO_PERMISSIONS, net: [""] };
  assertThrows(() => permissionFlags(permissions, []), GomcpError, "a value is empty");
});

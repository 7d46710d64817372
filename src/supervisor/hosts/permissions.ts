/** What a tool host may do: declared by tools and the operator, given as flags of Deno's. */
import { dirname, isAbsolute, resolve } from "node:path";
import { GomcpError } from "../../base/errors.ts";
import type { ToolPermissions } from "../../tools/tool.ts";

export const PERMISSION_KINDS = ["net", "read", "write", "env", "run", "sys"] as const;
export type PermissionKind = (typeof PERMISSION_KINDS)[number];

/** All kinds, each value once. */
export type Permissions = Readonly<Record<PermissionKind, readonly string[]>>;

/** Everything of a kind. */
const ALL = "*";

export const NO_PERMISSIONS: Permissions = {
  net: [],
  read: [],
  write: [],
  env: [],
  run: [],
  sys: [],
};

/** What several declarations come to for one host; paths are those of the module's folder. */
export function joinPermissions(
  all: readonly (ToolPermissions | undefined)[],
  file: string,
): Permissions {
  const folder = dirname(resolve(file));
  const valuesOf = (kind: PermissionKind) => {
    const values = all.flatMap((each) => each?.[kind] ?? []);
    const isPath = kind === "read" || kind === "write";
    return [...new Set(values.map((value) => isPath ? pathOf(value, folder) : value))].sort();
  };
  const entries = PERMISSION_KINDS.map((kind) => [kind, valuesOf(kind)] as const);
  return Object.fromEntries(entries) as unknown as Permissions;
}

export function isNothing(permissions: Permissions): boolean {
  return PERMISSION_KINDS.every((kind) => permissions[kind].length === 0);
}

/**
 * The flags that give these permissions, and reading `modules`. "*" stands for all of a kind.
 *
 * @throws {GomcpError} `invalid_request` for an empty value, which Deno would take for all.
 */
export function permissionFlags(
  permissions: Permissions,
  modules: readonly string[],
): readonly string[] {
  const all = { ...permissions, read: [...permissions.read, ...modules] };
  return PERMISSION_KINDS.flatMap((kind) => {
    if (all[kind].length === 0) return [];
    if (permissions[kind].includes(ALL)) return [`--allow-${kind}`];
    return [`--allow-${kind}=${all[kind].map((value) => flagValue(kind, value)).join(",")}`];
  });
}

/** One line for people: "net=a.example read=/data", or "none". */
export function describePermissions(permissions: Permissions): string {
  const parts = PERMISSION_KINDS.filter((kind) => permissions[kind].length > 0)
    .map((kind) => `${kind}=${permissions[kind].join(",")}`);
  return parts.length === 0 ? "none" : parts.join(" ");
}

function pathOf(path: string, folder: string): string {
  return path === ALL || isAbsolute(path) ? path : resolve(folder, path);
}

/** A comma ends a value, two are one. */
function flagValue(kind: PermissionKind, value: string): string {
  if (value !== "") return value.replaceAll(",", ",,");
  const text = `Cannot give permission ${kind}: a value is empty, expected what is allowed`;
  throw new GomcpError("invalid_request", text);
}

/** What a configuration file says, as flags would have it. */
import { CONFIG, type ConfigFile } from "./config_schema.ts";
import { placedAt } from "./file_paths.ts";
import type { Path } from "./read_text.ts";
import { innerType, leaves } from "./schema_walk.ts";
import { settingOf } from "./values.ts";

/** A value, and where it stands. */
export interface SaidValue {
  readonly value: string | readonly string[] | boolean;
  readonly path: Path;
  /** It narrows what there is, although its flag is one only. */
  readonly isSafe?: boolean;
}

/** Every setting that a flag has, as the flag would have it; what its type does not take is left out. */
export function flagValues(config: ConfigFile, folder: string): Map<string, SaidValue> {
  const said = new Map<string, SaidValue>();
  for (const { path, type, value } of leaves(CONFIG, config)) {
    const meta = settingOf(innerType(type));
    if (meta?.flag === undefined || !type.safeParse(value).success) continue;
    const place = (each: unknown) =>
      meta.path === true ? placedAt(folder, String(each)) : String(each);
    said.set(meta.flag, {
      value: typeof value === "boolean"
        ? value
        : Array.isArray(value)
        ? value.map(place)
        : place(value),
      path,
    });
  }
  for (
    const [id, { tools = [], root, certificates = [] }] of Object.entries(tenantsOf(config))
  ) {
    const add = (flag: string, values: readonly string[]) => {
      if (values.length === 0) return;
      const before = said.get(flag)?.value as readonly string[] | undefined;
      said.set(flag, {
        value: [...before ?? [], ...values],
        path: ["tenants", id],
        isSafe: true,
      });
    };
    add("tenant-tools", tools.map((path) => `${id}=${placedAt(folder, path)}`));
    add("tenant-root", root === undefined ? [] : [`${id}=${placedAt(folder, root)}`]);
    add("tls-tenant", certificates.map((name) => `${name}=${id}`));
  }
  return said;
}

function tenantsOf({ tenants }: ConfigFile): NonNullable<ConfigFile["tenants"]> {
  return CONFIG.shape.tenants.safeParse(tenants).data ?? {};
}

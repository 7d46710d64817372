/** Warns of names and globs in a rule that fit nothing: a typing error would let through what it should not. */
import { SILENT_LOG } from "../../src/base/log.ts";
import { globsMeet, nameFits } from "../../src/base/name_glob.ts";
import { decodePercents } from "../../src/base/percent.ts";
import type { Flag } from "../../src/config/flags.ts";
import type { UpstreamConfig } from "../../src/config/upstream_config.ts";
import { builtinTools, loadModules } from "../../src/runtime/tools.ts";
import { openRootFs } from "../../src/stores/root_fs.ts";
import { openModules } from "../open_modules.ts";
import type { TenantArgs } from "./args.ts";

export const TOOLS_FLAG: Flag = {
  name: "tools",
  kind: "list",
  value: "PATH",
  help: "tool modules of the server: what fits none of their names is warned of",
};

/** What a server has. */
interface Known {
  /** False where nobody said which modules the server has. */
  readonly isWhole: boolean;
  /** Which addresses these have, nobody else knows. */
  readonly hasUpstreams: boolean;
  /** Names and addresses. */
  readonly names: readonly string[];
  /** What else there may be: addresses of templates, names of upstreams. */
  readonly globs: readonly string[];
}

/**
 * What is to be said of globs in a rule of the tenant, once it is written.
 *
 * @throws {GomcpError} naming a module that cannot be loaded.
 */
export async function warningsOf(
  globs: readonly string[],
  told: TenantArgs,
): Promise<readonly string[]> {
  if (globs.length === 0) return [];
  const { isWhole, hasUpstreams, names, globs: more } = await knownTo(told);
  // A rule of resources has all ways to write an address.
  const all = [...new Set([...names, ...names.map(decodePercents)])];
  const fits = (glob: string) =>
    all.some((name) => nameFits(glob, name)) ||
    more.some((other) => globsMeet(glob, other)) || (hasUpstreams && glob.includes(":"));
  const strangers = globs.filter((glob) => !fits(glob) && !fits(decodePercents(glob)))
    .map((glob) => `"${glob}"`);
  if (strangers.length === 0) return [];
  const what = "tool, prompt or resource fits";
  if (isWhole) return strangers.map((glob) => `no ${what} ${glob}`);
  const hint = "--tools=PATH (or GOMCP_TOOLS) has the server's own looked at";
  return [`no built-in ${what} ${strangers.join(", ")}; ${hint}`];
}

export function warn(warnings: readonly string[]): void {
  for (const each of warnings) console.error(`gomcp: warning: ${each}`);
}

async function knownTo(told: TenantArgs): Promise<Known> {
  const config = await told.serverConfig();
  const upstreams = config?.upstreams.map(({ config }) => config) ?? [];
  const paths = told.list("tools") ?? modulesOf(config?.values ?? {}, told.words[0]!);
  const hasUpstreams = upstreams.length > 0;
  const builtins = builtinTools(await openRootFs(".")).map(({ name }) => name);
  const own = paths.length === 0 ? [] : await namesOf(paths);
  return {
    isWhole: paths.length > 0 || hasUpstreams,
    hasUpstreams,
    names: [...builtins, ...own],
    globs: [...own.filter(isTemplate).map(globOf), ...upstreams.flatMap(globsOf)],
  };
}

/** Those of all tenants, and those that this one has for itself. */
function modulesOf(
  values: Readonly<Record<string, unknown>>,
  tenant: string,
): readonly string[] {
  const own = (values["tenant-tools"] ?? []) as readonly string[];
  const prefix = `${tenant}=`;
  return [
    ...(values.tools ?? []) as readonly string[],
    ...own.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length)),
  ];
}

/** What a server of these modules has; the modules are looked at in hosts, with no permissions. */
async function namesOf(paths: readonly string[]): Promise<readonly string[]> {
  const { loads, hosts } = openModules({ isolation: "process", grants: [] }, SILENT_LOG, 1_000);
  try {
    const { source } = await loads.begin();
    const { tools, prompts, resources } = await loadModules(paths, source);
    return [
      ...[...tools, ...prompts].map(({ item }) => item.name),
      ...resources.map(({ item }) => item.uri),
    ];
  } finally {
    await hosts?.stop();
  }
}

function isTemplate(uri: string): boolean {
  return uri.includes("{");
}

/** What all addresses of a template fit. */
function globOf(template: string): string {
  return template.replaceAll(/\{[^}]*\}/g, "*");
}

/** Its tools are not asked for: their names begin alike, but for those that have another one here. */
function globsOf({ prefix, tools }: UpstreamConfig): readonly string[] {
  const renamed = Object.values(tools).flatMap(({ name }) => name === undefined ? [] : [name]);
  return [prefix === "" ? "*" : `${prefix}__*`, ...renamed];
}

/** `gomcp tools`: the tools of modules, where they run and what they may do there. */
import { SILENT_LOG } from "../src/base/log.ts";
import type { CommandHelp } from "./help.ts";
import { originOf, readFlags } from "../src/config/flags.ts";
import { readIsolationConfig } from "../src/config/host_config.ts";
import { TOOLS_FLAGS } from "../src/config/tools_flags.ts";
import { describePermissions, type Permissions } from "../src/runtime/hosts.ts";
import { builtinTools, loadModules } from "../src/runtime/tools.ts";
import { openModules } from "./open_modules.ts";
import { TARGET_FLAGS } from "./tools/target.ts";
import { splitWords } from "./words.ts";

export const help: CommandHelp = {
  usage: ["gomcp tools [FLAGS]", "gomcp tools [NAME] [--url=URL|--grpc=HOST:PORT|--tools=PATH]"],
  what: `Lists the built-in tools and those of modules. Modules are loaded in tool hosts, as gomcp
serve does it. With --url, --grpc or GOMCP_URL those of a server, with NAME one tool with its
schemas.`,
  flags: [
    ...TOOLS_FLAGS,
    ...TARGET_FLAGS.filter(({ name }) => !TOOLS_FLAGS.some((flag) => flag.name === name)),
  ],
  examples: [
    "gomcp tools --permissions --tools=tools",
    "gomcp tools --url=http://127.0.0.1:8080",
    "gomcp tools add --json",
  ],
};

/** A module is looked at, and nothing of it called. */
const UNUSED_TIMEOUT_MS = 1_000;

interface Listed {
  readonly name: string;
  /** The file that it comes from; undefined for what is built in. */
  readonly module: string | undefined;
  readonly isolation: "inline" | "process";
  /** Undefined for an inline tool, which may do all that the server may. */
  readonly permissions: Permissions | undefined;
}

export async function run(args: readonly string[]): Promise<number> {
  if (isAboutOthers(args)) {
    const { run: show } = await import("./tools/show.ts");
    return await show(args);
  }
  const env = (name: string) => Deno.env.get(name);
  const values = readFlags(TOOLS_FLAGS, args, env);
  const config = readIsolationConfig(values, originOf(TOOLS_FLAGS, args, env));
  const listed = await list(values.tools as readonly string[], config);
  if (values.json === true) console.log(JSON.stringify({ tools: listed }));
  else console.log(values.permissions === true ? table(listed) : names(listed));
  return 0;
}

/** A server's tools, or one tool by its name. */
function isAboutOthers(args: readonly string[]): boolean {
  const { said, words } = splitWords([...TOOLS_FLAGS, ...TARGET_FLAGS], args);
  return words.length > 0 || said.some((arg) => /^--?(url|grpc|config)(=|$)/.test(arg)) ||
    Boolean(Deno.env.get("GOMCP_URL"));
}

async function list(
  paths: readonly string[],
  config: ReturnType<typeof readIsolationConfig>,
): Promise<readonly Listed[]> {
  const { loads, hosts } = openModules(config, SILENT_LOG, UNUSED_TIMEOUT_MS);
  try {
    const { source } = await loads.begin();
    const { tools } = await loadModules(paths, source);
    const own = tools.map(({ item, file }): Listed => ({
      name: item.name,
      module: file,
      isolation: item.hosted === undefined ? "inline" : "process",
      permissions: item.hosted && loads.hostedModule(file)?.permissions,
    }));
    const builtin = builtinTools().map(({ name }): Listed => {
      return { name, module: undefined, isolation: "inline", permissions: undefined };
    });
    return [...builtin, ...own].sort((a, b) => a.name < b.name ? -1 : 1);
  } finally {
    await hosts?.stop();
  }
}

function names(listed: readonly Listed[]): string {
  return listed.map(({ name }) => name).join("\n");
}

function table(listed: readonly Listed[]): string {
  const width = Math.max(...listed.map(({ name }) => name.length)) + 2;
  return listed.map(({ name, module, isolation, permissions }) => {
    // One host has all tools of a module: each of them may do what one of them may.
    const may = permissions ? describePermissions(permissions) : "all that the server may";
    return `${name.padEnd(width)}${isolation.padEnd(9)}${may}${module ? `  (${module})` : ""}`;
  }).join("\n");
}

/** What `gomcp validate` takes from a configuration file: its own section, and where tools are. */
import { basename } from "node:path";
import { isRecord } from "../../src/base/json.ts";
import { foreignServers } from "../../src/config/file/foreign_servers.ts";
import type { PlacedUpstream, ReadConfig } from "../../src/config/file/read_config.ts";
import type { ValidateSection } from "../../src/validate/config.ts";
import { configSource } from "../config_source.ts";
import { CONFIG_NAMES } from "../find_config.ts";

export interface ProjectConfig {
  readonly file: string;
  readonly section: ValidateSection;
  /** Modules, and folders of them, as paths from here; those of tenants, too. */
  readonly tools: readonly string[];
  readonly servers: readonly PlacedUpstream[];
  /** Whether it is gomcp that serves them, each behind its prefix. */
  readonly isOwn: boolean;
}

/** What else a configuration says is for servers, and may need what a check does not have. */
const READ = ["tools", "tenants", "upstreams", "mcpServers", "validate"];

/** Whether a file is YAML by its name, as only configurations are. */
export function isYaml(file: string): boolean {
  return /\.ya?ml$/i.test(file);
}

/** Whether a file of JSON is a configuration: of gomcp's, or of another program with its servers. */
export function isProjectConfig(file: string, value: unknown): boolean {
  return isOwnConfig(file, value) || foreignServers(value) !== undefined;
}

function isOwnConfig(file: string, value: unknown): boolean {
  if (CONFIG_NAMES.includes(basename(file))) return true;
  if (!isRecord(value)) return false;
  const { tools } = value;
  return ["upstreams", "validate"].some((key) => typeof value[key] === "object") ||
    (Array.isArray(tools) && tools.length > 0 && tools.every((each) => typeof each === "string"));
}

/**
 * Reads the file. Its reader is loaded only where there is one.
 *
 * @throws {GomcpError} `invalid_request` with everything that is wrong, and where.
 */
export async function readProjectConfig(file: string): Promise<ProjectConfig> {
  const source = configSource(file);
  const [{ readConfig, readServersFile }, { readText }, { SERVE_FLAGS }] = await Promise.all([
    import("../../src/config/file/read_config.ts"),
    import("../../src/config/file/read_text.ts"),
    import("../../src/config/serve_flags.ts"),
  ]);
  const { value } = readText(source.text, file);
  if (foreignServers(value) !== undefined && !isOwnConfig(file, value)) {
    return { file, section: {}, tools: [], servers: readServersFile(source), isOwn: false };
  }
  const read = readConfig(source, { flags: SERVE_FLAGS, isNamed: true, only: READ });
  return {
    file,
    section: await sectionOf(read),
    tools: [...valuesOf(read, "tools"), ...valuesOf(read, "tenant-tools").map(pathOf)],
    servers: read.upstreams,
    isOwn: true,
  };
}

async function sectionOf(read: ReadConfig): Promise<ValidateSection> {
  const { VALIDATE_SECTION } = await import("../../src/validate/config.ts");
  return read.section("validate", VALIDATE_SECTION) ?? {};
}

function valuesOf({ values }: ReadConfig, flag: string): readonly string[] {
  return values.value(flag) as readonly string[] | undefined ?? [];
}

/** Of "TENANT=PATH". */
function pathOf(said: string): string {
  return said.slice(said.indexOf("=") + 1);
}

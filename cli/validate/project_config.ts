/**
 * What `gomcp validate` takes from a configuration file: its own section, and where tools are. The
 * only place that knows how such a file is laid out.
 */
import { basename, dirname, join } from "node:path";
import { GomcpError } from "../../src/base/errors.ts";
import { isRecord } from "../../src/base/json.ts";
import { JsonText, pointerKeys } from "../../src/validate/json_text.ts";
import type { ValidateSection } from "../../src/validate/config.ts";
import { lineAt } from "../../src/validate/text_lines.ts";
import { isThere, readTextFile } from "./read_file.ts";

/** A server that the configuration names. */
export interface NamedServer {
  readonly name: string;
  /** What gomcp serves its tools behind; empty for servers of a client's configuration. */
  readonly prefix: string;
  /** Where it is named. */
  readonly line: number;
  readonly command?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly url?: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ProjectConfig {
  readonly file: string;
  readonly section: ValidateSection;
  /** Modules, and folders of them, as paths from here. */
  readonly tools: readonly string[];
  readonly servers: readonly NamedServer[];
}

const NAMES = ["gomcp.json", "gomcp.jsonc", "gomcp.yaml", "gomcp.yml"];
const YAML = /\.ya?ml$/i;
const SERVERS = ["upstreams", "mcpServers", "servers"];

/** The configuration file of this folder; undefined when there is none. */
export async function findProjectFile(): Promise<string | undefined> {
  for (const name of NAMES) if (await isThere(name)) return name;
  return undefined;
}

/** Whether a file is YAML by its name, as only configurations are. */
export function isYaml(file: string): boolean {
  return YAML.test(file);
}

/** Whether JSON is a configuration: of gomcp's, or of a client with its servers. */
export function isProjectConfig(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return [...SERVERS, "validate"].some((key) => typeof value[key] === "object") ||
    (Array.isArray(value.tools) && value.tools.length > 0 &&
      value.tools.every((each) => typeof each === "string"));
}

/**
 * Reads the file.
 *
 * @throws {GomcpError} `invalid_request` naming the file, the line and what is wrong.
 */
export async function readProjectConfig(file: string): Promise<ProjectConfig> {
  const text = await readTextFile(file);
  const json = isYaml(file) ? await readYaml(text, file) : new JsonText(text);
  const wrong = (pointer: string, what: string) => {
    const { line, column } = lineAt(text, json.offsetOf(pointer));
    const where = `${file}:${line}:${column}`;
    return new GomcpError("invalid_request", `Cannot read ${where}: ${what}${at(pointer)}`);
  };
  if (json.fault !== undefined) {
    const { line, column } = lineAt(text, json.fault.offset);
    const what = `Cannot read ${file}:${line}:${column}: this is ${json.fault.message}`;
    throw new GomcpError("invalid_request", what);
  }
  if (!isRecord(json.value)) throw wrong("", "it is no object");
  const { value } = json;
  const folder = dirname(file);
  const isOwn = NAMES.includes(basename(file)) ||
    ["upstreams", "tools", "validate"].some((key) => key in value);
  return {
    file,
    section: await readSection(value.validate, wrong),
    tools: textsOf(value.tools).map((path) => join(folder, path)),
    servers: SERVERS.flatMap((key) =>
      entriesOf(value[key]).map(([pointer, name, entry]) => {
        const place = lineAt(text, json.offsetOf(`/${key}${pointer}`));
        return serverOf(
          name,
          // Which prefix a client puts before a server's tools, if any, is for --prefix to say.
          isOwn ? name : "",
          entry,
          folder,
          place.line,
          (what) => wrong(`/${key}${pointer}`, what),
        );
      })
    ),
  };
}

/** The reader is loaded only where there is YAML. */
async function readYaml(
  text: string,
  file: string,
): Promise<Pick<JsonText, "value" | "fault" | "offsetOf">> {
  const { readText } = await import("../../src/config/file/read_text.ts");
  const { value, faults: [fault], offsetOf } = readText(text, file);
  return {
    value,
    fault: fault && { offset: fault.offset, message: fault.detail.replace(/^this is /, "") },
    offsetOf: (pointer) => offsetOf(pointerKeys(pointer)),
  };
}

type Wrong = (pointer: string, what: string) => GomcpError;

/** Zod is loaded only where there is something to read. */
async function readSection(value: unknown, wrong: Wrong): Promise<ValidateSection> {
  if (value === undefined) return {};
  const { VALIDATE_SECTION } = await import("../../src/validate/config.ts");
  const read = VALIDATE_SECTION.safeParse(value);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  throw wrong(["", "validate", ...path.map(String)].join("/"), message);
}

/** Lists of gomcp's, and maps of clients'. */
function entriesOf(servers: unknown): [string, string, Readonly<Record<string, unknown>>][] {
  if (Array.isArray(servers)) {
    return servers.filter(isRecord).map((entry, at) => [`/${at}`, String(entry.name ?? at), entry]);
  }
  if (!isRecord(servers)) return [];
  return Object.entries(servers).flatMap(([name, entry]) =>
    isRecord(entry) ? [[`/${name}`, name, entry] as [string, string, typeof entry]] : []
  );
}

function serverOf(
  name: string,
  ownPrefix: string,
  entry: Readonly<Record<string, unknown>>,
  folder: string,
  line: number,
  wrong: (what: string) => GomcpError,
): NamedServer {
  const { command, args, url, cwd, prefix } = entry;
  const program = typeof command === "string" ? [command] : textsOf(command);
  const isCommand = program.length > 0;
  if (!isCommand && typeof url !== "string") throw wrong("the server has neither command nor url");
  const own = typeof prefix === "string" ? prefix : ownPrefix;
  return {
    name,
    line,
    prefix: own === "" ? "" : `${own}__`,
    env: resolved(entry.env, wrong),
    headers: resolved(entry.headers, wrong),
    ...(isCommand ? { command: [...program, ...textsOf(args)] } : { url: url as string }),
    ...(typeof cwd === "string" && { cwd: join(folder, cwd) }),
  };
}

/** Values with "${NAME}" for variables of our environment. */
function resolved(
  values: unknown,
  wrong: (what: string) => GomcpError,
): Readonly<Record<string, string>> {
  if (!isRecord(values)) return {};
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      String(value).replace(/\$\{(?:env:)?(\w+)\}/g, (_, name: string) => {
        const found = Deno.env.get(name);
        if (found === undefined) throw wrong(`the variable ${name} is not set`);
        return found;
      }),
    ]),
  );
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function at(pointer: string): string {
  return pointer === "" ? "" : ` (at "${pointer}")`;
}

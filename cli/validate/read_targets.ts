/** Targets as servers with tools: modules, files, configurations, programs, addresses. */
import { describeThrown, GomcpError } from "../../src/base/errors.ts";
import { isRecord } from "../../src/base/json.ts";
import type { Finding } from "../../src/validate/finding.ts";
import { JsonText, TOO_DEEP } from "../../src/validate/json_text.ts";
import { placeIn } from "../../src/validate/locate.ts";
import { isTooDeep } from "../../src/validate/too_deep.ts";
import type { SourcedTool, ToolServer } from "../../src/validate/tool_server.ts";
import type { ValidateFlags } from "./options.ts";
import {
  isProjectConfig,
  isYaml,
  type ProjectConfig,
  readProjectConfig,
} from "./project_config.ts";
import { isFolder, readTextFile } from "./read_file.ts";

/** What targets came to. */
export interface ReadTargets {
  readonly servers: readonly ToolServer[];
  /** What was wrong with targets themselves (GM101). */
  readonly found: readonly Finding[];
  /** Targets that could not be looked at, as sentences. */
  readonly failures: readonly string[];
  /** Files and folders that targets were read of. */
  readonly paths: readonly string[];
}

/** What is to be looked at. */
export interface Targets {
  /** Paths and addresses. */
  readonly words: readonly string[];
  readonly commands: readonly string[];
  readonly builtin: boolean;
}

type Flags = Pick<ValidateFlags, "isolation" | "timeoutMs" | "token">;

/** Targets that cannot be looked at do not keep others from it. */
export async function readTargets(
  { words, commands, builtin }: Targets,
  flags: Flags,
): Promise<ReadTargets> {
  const reader = new TargetReader(flags);
  for (const word of words) await reader.tried(word, () => reader.word(word));
  for (const line of commands) await reader.tried(line, () => reader.command(line));
  if (builtin) await reader.tried("--builtin", () => reader.builtin());
  return reader.read();
}

class TargetReader {
  readonly #flags: Flags;
  readonly #servers: ToolServer[] = [];
  readonly #found: Finding[] = [];
  readonly #failures: string[] = [];
  readonly #paths: string[] = [];

  constructor(flags: Flags) {
    this.#flags = flags;
  }

  read(): ReadTargets {
    const [servers, found] = [this.#servers, this.#found];
    return { servers, found, failures: this.#failures, paths: this.#paths };
  }

  async tried(target: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // Whatever one target does to its reader, the others are looked at.
      const text = describeThrown(error);
      this.#failures.push(error instanceof GomcpError ? text : `Cannot read ${target}: ${text}`);
    }
  }

  async word(word: string): Promise<void> {
    if (/^https?:\/\//.test(word)) {
      const { atAddress } = await import("./live_tools.ts");
      return await this.#live(word, atAddress(word, this.#flags.token), {});
    }
    this.#paths.push(word);
    if (await isFolder(word) || /\.(?:ts|js|mjs)$/.test(word)) return await this.#modules(word);
    if (/\.jsonc?$|\.lock$/.test(word)) return await this.#file(word);
    if (isYaml(word)) return await this.#config(word);
    const expected = "expected a folder, .ts, .js, .mjs, .json, .jsonc, .yaml, or an address";
    throw new GomcpError("invalid_request", `Cannot read ${word}: ${expected}`);
  }

  async command(line: string): Promise<void> {
    const [program, ...args] = splitLine(line);
    if (program === undefined) {
      throw new GomcpError("invalid_request", "Cannot read --command: it is empty");
    }
    const { ofCommand } = await import("./live_tools.ts");
    await this.#live(line, ofCommand(line, [program, ...args]), {});
  }

  async builtin(): Promise<void> {
    const [{ builtinTools }, { openRootFs }] = await Promise.all([
      import("../../src/runtime/tools.ts"),
      import("../../src/stores/root_fs.ts"),
    ]);
    const tools = builtinTools(await openRootFs("."));
    this.#add("gomcp", tools.map(({ definition }) => live(definition)));
  }

  async #modules(path: string): Promise<void> {
    const { readModules } = await import("./module_tools.ts");
    const modules = await readModules(path, this.#flags.isolation);
    const tools: SourcedTool[] = [];
    const faults: { file: string; fault: string }[] = [];
    for (const module of modules) {
      if ("fault" in module) faults.push(module);
      else {
        const text = await readTextFile(module.file);
        const source = { kind: "module", file: module.file, text } as const;
        tools.push(...module.definitions.map((definition) => ({ definition, source })));
      }
    }
    if (tools.length + faults.length === 0) {
      faults.push({ file: path, fault: "it exports no tool" });
    }
    const server = this.#add(path, tools);
    for (const { file, fault } of faults) {
      const place = { file, line: 1, column: 1 };
      this.#unreadable(server, `does not load: ${fault}`, place);
    }
  }

  async #file(file: string): Promise<void> {
    const text = await readTextFile(file);
    const json = new JsonText(text);
    if (json.fault !== undefined) {
      const server = this.#add(file, []);
      const place = placeIn(file, text, json.fault.offset);
      return this.#unreadable(server, `the file is ${json.fault.message}`, place);
    }
    if (isProjectConfig(file, json.value)) return await this.#config(file);
    const list = findTools(json.value);
    const tools = list?.tools.map((definition, at) => ({
      definition,
      source: { kind: "json", file, json, pointer: list.pointerOf(at) } as const,
    }));
    const server = this.#add(file, tools ?? []);
    if (tools === undefined || tools.length === 0) {
      const what = tools === undefined
        ? 'the file has no tools: expected a list, {"tools": […]} or an answer to tools/list'
        : "the list of tools is empty";
      this.#unreadable(server, what, placeIn(file, text, 0));
    }
  }

  async #config(file: string): Promise<void> {
    const { tools, servers, isOwn } = await readProjectConfig(file);
    for (const path of tools) await this.tried(path, () => this.word(path));
    for (const { config, line } of servers) {
      // Which prefix another program puts before a server's tools, if any, is for --prefix to say.
      const server = isOwn ? config : { ...config, prefix: "" };
      await this.tried(config.name, () => this.#live(config.name, server, { file, line }));
    }
    if (tools.length + servers.length > 0) return;
    const text = await readTextFile(file);
    const server = this.#add(file, []);
    this.#unreadable(
      server,
      "the configuration names no tools and no servers",
      placeIn(file, text, 0),
    );
  }

  async #live(name: string, server: LiveServer, source: NamedAt): Promise<void> {
    const { readLive } = await import("./live_tools.ts");
    const said = await readLive(server, this.#flags.timeoutMs);
    const tools = said.map(({ definition, servedAs }) => ({
      ...live(definition, source),
      servedAs,
    }));
    const prefix = server.prefix === "" ? "" : `${server.prefix}__`;
    const number = this.#add(name, tools, { prefix, tenant: server.tenant });
    // Whoever names a server by itself means its tools; of a configuration one may have others.
    if (said.length > 0 || source.file !== undefined) return;
    const place = { file: undefined, line: undefined, column: undefined };
    this.#unreadable(number, "the server has no tools", place);
  }

  /** Gives the server's number. Tools that no rule can go down into are told, and left out. */
  #add(
    name: string,
    tools: readonly SourcedTool[],
    served: Pick<ToolServer, "prefix" | "tenant"> = { prefix: "" },
  ): number {
    const shallow = tools.filter(({ definition }) => !isTooDeep(definition));
    const server = this.#servers.push({ name, ...served, tools: shallow }) - 1;
    for (const tool of tools) {
      if (!shallow.includes(tool)) this.#tooDeep(server, tool);
    }
    return server;
  }

  #tooDeep(server: number, { definition, source }: SourcedTool): void {
    const name = isRecord(definition) ? String(definition.name) : "";
    const { file, line } = { line: 1, ...source };
    const place = { file, line, column: 1 };
    this.#unreadable(server, `the tool "${name}" cannot be looked at: it is ${TOO_DEEP}`, place);
  }

  #unreadable(server: number, message: string, place: NonNullable<Finding["place"]>): void {
    this.#found.push({ rule: "GM101", severity: "error", message, server, pointer: "", place });
  }
}

type LiveServer = ProjectConfig["servers"][number]["config"];

/** Where a server is named, if it is in a file. */
interface NamedAt {
  readonly file?: string;
  readonly line?: number;
}

function live(definition: unknown, source: NamedAt = {}): SourcedTool {
  return { definition, source: { kind: "live", ...source } };
}

/** The tools that a value has, and where each stands in it. */
export function findTools(
  value: unknown,
): { readonly tools: readonly unknown[]; readonly pointerOf: (at: number) => string } | undefined {
  if (Array.isArray(value)) return { tools: value, pointerOf: (at) => `/${at}` };
  if (!isRecord(value)) return undefined;
  if (Array.isArray(value.tools)) return { tools: value.tools, pointerOf: (at) => `/tools/${at}` };
  if (isRecord(value.result) && Array.isArray(value.result.tools)) {
    return { tools: value.result.tools, pointerOf: (at) => `/result/tools/${at}` };
  }
  return "inputSchema" in value || ("name" in value && "description" in value)
    ? { tools: [value], pointerOf: () => "" }
    : undefined;
}

/** Words of a command line: blanks part them, quotes keep them together, a backslash takes the next. */
export function splitLine(line: string): string[] {
  const words: string[] = [];
  const word = /(?:[^\s"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*')+/g;
  for (const [text] of line.matchAll(word)) {
    words.push(
      text.replace(
        /"((?:[^"\\]|\\[^])*)"|'([^']*)'|\\([^])/g,
        (_, double, single, plain) => single ?? plain ?? double.replace(/\\([^])/g, "$1"),
      ),
    );
  }
  return words;
}

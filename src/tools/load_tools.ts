/** Finds the tools in the modules that a user named. */
import { describeThrown, GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { isTool, type Tool } from "./tool.ts";

/** Where modules come from: the port that `src/stores` implements with files. */
export interface ModuleSource {
  /**
   * The module files that a path names: itself, or those of a folder in the order of
   * their names. Throws when there is no such path.
   */
  find(path: string): Promise<{ readonly files: readonly string[]; readonly isFolder: boolean }>;
  /** Evaluates a module and gives its exports. */
  load(file: string): Promise<Readonly<Record<string, unknown>>>;
}

/** A tool and the file that it came from. */
export interface LoadedTool {
  readonly tool: Tool;
  readonly file: string;
}

/**
 * Loads every tool of every path, or throws for the first thing that is wrong.
 *
 * @throws {GomcpError} `invalid_request` naming the file, and the tool where there is one.
 */
export async function loadTools(
  paths: readonly string[],
  source: ModuleSource,
): Promise<readonly LoadedTool[]> {
  const byName = new Map<string, LoadedTool>();
  for (const path of paths) {
    const { files, isFolder } = await source.find(path);
    let found = 0;
    for (const file of files) {
      const tools = toolsOf(await load(source, file), file);
      // A folder may hold modules that only others import.
      if (tools.length === 0 && !isFolder) throw noTool(file);
      for (const tool of tools) add(byName, { tool, file });
      found += tools.length;
    }
    if (found === 0) throw noTool(path);
  }
  return [...byName.values()];
}

async function load(source: ModuleSource, file: string): Promise<Record<string, unknown>> {
  try {
    return await source.load(file);
  } catch (cause) {
    if (cause instanceof GomcpError && cause.message.startsWith(`Cannot load ${file}`)) throw cause;
    const why = describeThrown(cause).replace(/\s*\n\s*/g, " ");
    throw new GomcpError("invalid_request", `Cannot load ${file}: ${why}`, { cause });
  }
}

function toolsOf(exports: Record<string, unknown>, file: string): Tool[] {
  const tools = new Set<Tool>();
  for (const [name, value] of Object.entries(exports)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (isTool(item)) tools.add(item);
      else if (looksLikeTool(item)) throw undefinedTool(file, name, item);
    }
  }
  return [...tools];
}

/** Somebody forgot `defineTool`; leaving the tool out in silence would cost them an hour. */
function looksLikeTool(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && typeof value.handler === "function" && "name" in value;
}

function undefinedTool(file: string, exported: string, value: Record<string, unknown>): GomcpError {
  return new GomcpError(
    "invalid_request",
    `Cannot load ${file}: export "${exported}" (tool "${value.name}") is a plain object, ` +
      "expected what defineTool returns",
  );
}

function noTool(path: string): GomcpError {
  return new GomcpError(
    "invalid_request",
    `Cannot load ${path}: it exports no tool, expected an export made by defineTool`,
  );
}

function add(byName: Map<string, LoadedTool>, loaded: LoadedTool): void {
  const other = byName.get(loaded.tool.name);
  if (other === undefined) byName.set(loaded.tool.name, loaded);
  else if (other.tool !== loaded.tool) {
    throw new GomcpError(
      "invalid_request",
      `Cannot load ${loaded.file}: the name of its tool "${loaded.tool.name}" is taken ` +
        `by the one of ${other.file}`,
    );
  }
}

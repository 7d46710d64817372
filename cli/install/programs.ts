/** Programs that start MCP servers: where they say which, and in what form. */

type Env = (name: string) => string | undefined;
type Entry = { readonly command: string; readonly args: readonly string[] };

export interface ClientProgram {
  /** Where its file is; undefined where there is no usual place. */
  file(os: typeof Deno.build.os, env: Env): string | undefined;
  /** The member that has the servers. */
  readonly member: "mcpServers" | "servers";
  entry(self: Entry): unknown;
}

const plain = (self: Entry) => self;
const home = (path: string) => (_: unknown, env: Env) => {
  const folder = env("HOME") ?? env("USERPROFILE");
  return folder === undefined ? undefined : `${folder}/${path}`;
};

export const CLIENT_PROGRAMS: ReadonlyMap<string, ClientProgram> = new Map<string, ClientProgram>([
  ["claude-desktop", {
    file(os, env) {
      if (os === "windows") return below(env("APPDATA"), "Claude/claude_desktop_config.json");
      const path = os === "darwin" ? "Library/Application Support" : ".config";
      return below(env("HOME"), `${path}/Claude/claude_desktop_config.json`);
    },
    member: "mcpServers",
    entry: plain,
  }],
  // Of the project in the working directory.
  ["claude-code", {
    file: () => ".mcp.json",
    member: "mcpServers",
    entry: (self) => ({ type: "stdio", ...self }),
  }],
  ["cursor", { file: home(".cursor/mcp.json"), member: "mcpServers", entry: plain }],
  // Of the project in the working directory, too.
  ["vscode", {
    file: () => ".vscode/mcp.json",
    member: "servers",
    entry: (self) => ({ type: "stdio", ...self }),
  }],
]);

function below(folder: string | undefined, path: string): string | undefined {
  return folder === undefined ? undefined : `${folder}/${path}`;
}

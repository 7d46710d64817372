/** The table of commands. Each is loaded only when it is run. */

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly run: (args: readonly string[]) => Promise<number> }>;
}

export const COMMANDS: readonly Command[] = [
  {
    name: "serve",
    summary: "serves tools over stdio, HTTP or both",
    load: () => import("./serve.ts"),
  },
  {
    name: "version",
    summary: "tells the version, of MCP's revisions too (--json)",
    load: () => import("./version.ts"),
  },
];

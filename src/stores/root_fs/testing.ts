/** For tests: a root beside a directory that must never be reached, on a real disk. */
import type { RootFs } from "../../tools/builtin/files/root_fs.ts";
import { fileTools } from "../../tools/builtin/files/file_tools.ts";
import { createValidator, type Validator } from "../../security/validator.ts";
import type { Tool } from "../../tools/tool.ts";
import type { ToolOutcome } from "../../pipeline/outcome.ts";
import type { ToolResult } from "../../protocol/content.ts";
import { openRootFs, type RootFsSeams } from "../root_fs.ts";

/** What lies outside, and may appear in no answer. */
export const SECRET = "the secret outside";

/** Symbolic links and FIFOs need rights on Windows that tests do not have. */
export const ignore = Deno.build.os === "windows";

export interface Sandbox {
  readonly fs: RootFs;
  /** Absolute path of the root. */
  readonly root: string;
  /** Absolute path of the directory beside it; it holds `secret.txt`. */
  readonly outside: string;
}

/** Gives `run` a root that it may fill, and removes all of it afterwards. */
export async function withSandbox(
  run: (sandbox: Sandbox) => Promise<void>,
  seams: RootFsSeams = {},
): Promise<void> {
  const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "gomcp_root_fs_" }));
  try {
    const [root, outside] = [`${base}/root`, `${base}/outside`];
    await Deno.mkdir(root);
    await Deno.mkdir(outside);
    await Deno.writeTextFile(`${outside}/secret.txt`, SECRET);
    await run({ fs: await openRootFs(root, seams), root, outside });
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

/** The part of a runtime that tests of the tools use; they pass `createRuntime` in. */
interface Caller {
  callTool(tool: string, args: unknown): ToolOutcome | Promise<ToolOutcome>;
  shutdown(): Promise<unknown>;
}

/** Calls a file tool as a client does. */
export type Call = (tool: string, args: unknown) => Promise<ToolResult>;

/** Gives `run` a sandbox whose tools it can call, through all layers of a runtime. */
export async function withFileTools(
  createRuntime: (options: { tools: Tool[]; validator: Validator }) => Caller,
  run: (call: Call, sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  await withSandbox(async (sandbox) => {
    // The tools must hold by themselves, whatever an operator lets through.
    const validator = createValidator({ families: { path_traversal: "off" } });
    const runtime = createRuntime({ tools: fileTools(sandbox.fs), validator });
    try {
      await run((tool, args) => resultOf(runtime.callTool(tool, args)), sandbox);
    } finally {
      await runtime.shutdown();
    }
  });
}

/** A refusal of the arguments is given as the result that MCP makes of it. */
async function resultOf(call: ToolOutcome | Promise<ToolOutcome>): Promise<ToolResult> {
  const outcome = await call;
  if (outcome.kind === "result") return outcome.result;
  return { content: [{ type: "text", text: outcome.problem.detail }], isError: true };
}

/** The text of a result's blocks, one a line. */
export function textOf(result: ToolResult): string {
  return result.content.map((block) => block.type === "text" ? block.text : block.type).join("\n");
}

export async function run(command: string, ...args: string[]): Promise<boolean> {
  const options = { args, stdout: "null", stderr: "null" } as const;
  return (await new Deno.Command(command, options).output()).success;
}

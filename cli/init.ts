/** `gomcp init`: a small project that works. */
import { GomcpError } from "../src/base/errors.ts";
import type { CommandHelp } from "./help.ts";

const FILES: Readonly<Record<string, string>> = {
  "gomcp.jsonc": `{
  // What may stand here: gomcp config schema. Whether it is right: gomcp config check.
  "$schema": "./gomcp.schema.json",
  "tools": ["tools"],
  "timeout": "10s",
  // Servers that are served through this one, such as:
  // { "name": "files", "command": ["npx", "-y", "@modelcontextprotocol/server-filesystem", "."] }
  "upstreams": []
}
`,
  "tools/greet.ts": `import { defineTool } from "gomcp";
import { z } from "zod";

export const greet = defineTool({
  name: "greet",
  description: "Greets somebody by name.",
  input: z.object({ name: z.string().min(1).max(100).describe("Who is greeted.") }),
  handler: ({ name }) => \`Hello, \${name}!\`,
});
`,
};

export const help: CommandHelp = {
  usage: ["gomcp init [DIR]"],
  what: `Writes a small project: gomcp.jsonc, its JSON Schema, and a tool. Files that are there
already are left alone, and named.`,
  flags: [],
  examples: ["gomcp init", "gomcp init my-tools"],
};

export async function run(args: readonly string[]): Promise<number> {
  const [folder = "."] = args;
  if (folder.startsWith("-") || args.length > 1) {
    throw new GomcpError("invalid_request", `Cannot run gomcp init: expected at most a folder`);
  }
  const { schemaText } = await import("./config/schema_text.ts");
  const schema = schemaText() + "\n";
  for (const [name, text] of Object.entries({ ...FILES, "gomcp.schema.json": schema })) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    const isNew = await writeNew(path, text);
    console.log(`${isNew ? "wrote" : "left as it is"}: ${path}`);
  }
  const where = folder === "." ? "" : `cd ${folder}; `;
  console.log(`Next: ${where}gomcp config check; gomcp serve`);
  return 0;
}

async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await Deno.writeTextFile(path, text, { createNew: true });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

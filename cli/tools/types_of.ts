/** A module of types made of tools: one interface `Tools`, as the SDK takes it. */
import type { ToolInfo } from "../../client.ts";
import { schemaType } from "./schema_type.ts";

const DESCRIPTION_CHARS_MAX = 500;

/** The text of a `.d.ts` module. Tools come from a server: nothing of theirs stands in it unquoted. */
export function typesOf(tools: readonly ToolInfo[]): string {
  const members = tools.map(({ name, description, inputSchema, outputSchema }) =>
    `  /** ${comment(description)} */\n` +
    `  readonly ${JSON.stringify(name)}: {\n` +
    `    readonly args: ${argsType(inputSchema)};\n` +
    `    readonly structured: ${outputSchema ? schemaType(outputSchema) : "unknown"};\n` +
    `  };\n`
  );
  return "/** The tools of a gomcp server, made by `gomcp types`: " +
    "`new GoMCPClient<Tools>({ baseUrl })`. */\n" +
    `export interface Tools {\n${members.join("")}}\n`;
}

/** Arguments are objects, whatever their schema leaves open. */
function argsType(schema: unknown): string {
  const type = schemaType(schema);
  return type === "unknown" ? "Readonly<Record<string, unknown>>" : type;
}

/** On one line, without the end of a comment. */
function comment(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("*/", "* /").slice(0, DESCRIPTION_CHARS_MAX).trim();
}

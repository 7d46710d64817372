/** Fixes in JSON files: what is mended, and that nothing else changes. */
import { assertEquals } from "@std/assert";
import { fixFiles } from "./fix.ts";
import { JsonText } from "./json_text.ts";
import type { ToolServer } from "./tool_server.ts";
import { validate } from "./validate.ts";

/** The file after its fixes; the text is a list of tools. */
function fixed(text: string): string {
  const json = new JsonText(text);
  const tools = json.value as readonly unknown[];
  const server: ToolServer = {
    name: "a.json",
    prefix: "",
    tools: tools.map((definition, at) => ({
      definition,
      source: { kind: "json", file: "a.json", json, pointer: `/${at}` },
    })),
  };
  const { findings } = validate([server]);
  return fixFiles(findings, [server]).texts.get("a.json") ?? text;
}

Deno.test("a definition of one line stays one, written as it was", () => {
  assertEquals(
    fixed(
      `[\n{"name":"drop_d","inputSchema":{"type":"object"}},\n{ "name": "drop_e", "inputSchema": { "type": "object" } }\n]`,
    ),
    `[\n{"name":"drop_d","inputSchema":{"type":"object","properties":{}},"annotations":{"destructiveHint":true}},\n` +
      `{ "name": "drop_e", "inputSchema": { "type": "object", "properties": {} }, "annotations": {"destructiveHint": true} }\n]`,
  );
});

Deno.test("a definition of many lines gets one more, and comments stay where they speak", () => {
  const text = (more: string) =>
    `[{\r\n\t"name": "get_d",\r\n\t"inputSchema": {\r\n\t\t"type": "object"${more}\r\n\t}\r\n}]`;
  assertEquals(fixed(text(" // one")), text(`, // one\r\n\t\t"properties": {}`));
});

Deno.test('an argument "0" is a key and no index', () => {
  const text = (more: string) =>
    `[{"name":"list_a","inputSchema":{"type":"object","properties":{"0":{"type":"array"${more}}}}}]`;
  assertEquals(fixed(text("")), text(`,"items":{}`));
});

Deno.test("annotations that are null are none", () => {
  const text = (annotations: string) =>
    `[{"name":"delete_a","annotations":${annotations},"inputSchema":{"type":"object","properties":{}}}]`;
  assertEquals(fixed(text("null")), text(`{"destructiveHint":true}`));
});

Deno.test("of keys that stand twice the last is mended, which counts", () => {
  const text = (more: string) =>
    `[{"name":"list_a","inputSchema":{"type":"object","properties":{}},"inputSchema":{"type":"object"${more}}}]`;
  assertEquals(fixed(text("")), text(`,"properties":{}`));
});

Deno.test("$schema of draft-07 goes where both dialects say the same, and stays where they do not", () => {
  const head = `"$schema":"http://json-schema.org/draft-07/schema#"`;
  const text = (parts: readonly string[]) =>
    `[{"name":"list_a","inputSchema":{${parts.join(",")}}}]`;
  const rest = [`"type":"object"`, `"properties":{}`];
  assertEquals(fixed(text([head, ...rest])), text(rest));
  assertEquals(fixed(text([...rest, head])), text(rest));
  for (const later of [`"dependentRequired":{"a":["b"]}`, `"unevaluatedProperties":false`]) {
    assertEquals(fixed(text([head, ...rest, later])), text([head, ...rest, later]));
  }
});

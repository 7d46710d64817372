/** Tools: how they are listed, called, and how their calls fail. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Speaker } from "../support/speaker.ts";
import {
  ALL,
  assertError,
  callTool,
  LEGACY_ONLY,
  legacySince,
  MODERN_ONLY,
  resultOf,
  type Row,
  since,
  textOf,
} from "./row.ts";

// deno-lint-ignore no-explicit-any -- definitions of every shape
async function listedTools(client: Speaker): Promise<Map<string, any>> {
  const found = new Map();
  let cursor: string | undefined;
  do {
    const page = resultOf(
      await client.request("tools/list", cursor === undefined ? {} : { cursor }),
    );
    for (const tool of page.tools) found.set(tool.name, tool);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

const listed: readonly Row[] = [
  {
    id: "tools-have-names-and-schemas",
    revisions: ALL,
    section: "server/tools#tool",
    async run(client) {
      for (const tool of (await listedTools(client)).values()) {
        assertMatch(tool.name, /^[A-Za-z0-9_.-]{1,128}$/);
        assertEquals([typeof tool.description, tool.inputSchema.type], ["string", "object"]);
      }
    },
  },
  {
    id: "tool-annotations",
    revisions: since("2025-03-26"),
    section: "server/tools#tool",
    async run(client) {
      const { annotations } = (await listedTools(client)).get("described");
      assertEquals(annotations, {
        title: "Described",
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      });
    },
  },
  {
    id: "tool-title-and-output-schema",
    revisions: since("2025-06-18"),
    section: "server/tools#tool",
    async run(client) {
      const { title, outputSchema } = (await listedTools(client)).get("described");
      assertEquals([title, outputSchema.type], ["A described tool", "object"]);
      assertEquals(outputSchema.properties.n.type, "integer");
    },
  },
  {
    id: "tool-icons",
    revisions: since("2025-11-25"),
    section: "basic#icons",
    async run(client) {
      const { icons } = (await listedTools(client)).get("described");
      assertEquals(icons, [
        { src: "https://example.com/icon.png", mimeType: "image/png", sizes: ["48x48"] },
      ]);
    },
  },
  {
    id: "input-schema-is-listed-as-it-was-written",
    revisions: since("2025-11-25"),
    section: "server/tools#tool",
    async run(client) {
      const { inputSchema } = (await listedTools(client)).get("json_schema_2020_12_tool");
      assertEquals(inputSchema.$schema, "https://json-schema.org/draft/2020-12/schema");
      assertEquals(inputSchema.$defs.address.$anchor, "addressDef");
      const kept = ["allOf", "if", "then", "else", "additionalProperties"];
      assertEquals(kept.filter((key) => !(key in inputSchema)), []);
    },
  },
  {
    id: "output-schema-with-any-root",
    revisions: MODERN_ONLY,
    section: "server/tools#output-schema",
    async run(client) {
      const { outputSchema } = (await listedTools(client)).get("listing");
      assertEquals(outputSchema, { type: "array", items: { type: "integer" } });
      const { structuredContent, content } = resultOf(await callTool(client, "listing"));
      assertEquals([structuredContent, content[0].text], [[1, 2, 3], "[1,2,3]"]);
    },
  },
  {
    id: "output-schema-is-an-object",
    revisions: LEGACY_ONLY,
    section: "server/tools#output-schema",
    async run(client) {
      assertEquals("outputSchema" in (await listedTools(client)).get("listing"), false);
      const result = resultOf(await callTool(client, "listing"));
      assertEquals(["structuredContent" in result, result.content[0].text], [false, "[1,2,3]"]);
    },
  },
];

const content: readonly Row[] = [
  {
    id: "text-and-image-and-embedded-resource",
    revisions: ALL,
    section: "server/tools#tool-result",
    async run(client) {
      const { content } = resultOf(await callTool(client, "test_multiple_content_types"));
      const [text, image, embedded] = content;
      assertEquals(content.length, 3);
      assertEquals([text.type, text.text], ["text", "Multiple content types test:"]);
      assertEquals([image.type, image.mimeType], ["image", "image/png"]);
      assertMatch(atob(image.data), /PNG/);
      const { uri, mimeType } = embedded.resource;
      assertEquals([embedded.type, uri, mimeType], [
        "resource",
        "test://mixed-content-resource",
        "application/json",
      ]);
    },
  },
  {
    id: "audio",
    revisions: since("2025-03-26"),
    section: "server/tools#audio-content",
    async run(client) {
      const [audio] = resultOf(await callTool(client, "test_audio_content")).content;
      assertEquals([audio.type, audio.mimeType], ["audio", "audio/wav"]);
      assertMatch(atob(audio.data), /^RIFF/);
    },
  },
  {
    id: "resource-link",
    revisions: since("2025-06-18"),
    section: "server/tools#resource-links",
    async run(client) {
      const [, link] = resultOf(await callTool(client, "document")).content;
      assertEquals(link, { type: "resource_link", uri: "test://b", name: "b" });
    },
  },
  {
    id: "structured-content-with-its-text",
    revisions: since("2025-06-18"),
    section: "server/tools#structured-content",
    async run(client) {
      const { structuredContent, content } = resultOf(
        await callTool(client, "person", { name: "Ada" }),
      );
      assertEquals(structuredContent, { name: "Ada", age: 3 });
      assertEquals(JSON.parse(content[0].text), structuredContent);
    },
  },
];

const failures: readonly Row[] = [
  {
    id: "unknown-tool",
    revisions: ALL,
    section: "server/tools#error-handling",
    async run(client) {
      for (const name of ["nobody", "", "constructor", "__proto__", "ECHO", "\u0000"]) {
        // A header cannot carry all that a name may hold.
        if (name === "\u0000" && client.isModern) continue;
        assertError(client, await callTool(client, name), -32602);
      }
      for (const name of [undefined, null, 7, {}, ["add"]]) {
        if (name !== undefined && client.isModern && client.transport === "HTTP") continue;
        assertError(client, await client.request("tools/call", { name }), -32602);
      }
    },
  },
  {
    id: "arguments-that-do-not-fit",
    revisions: ALL,
    section: "server/tools#error-handling",
    async run(client) {
      for (const args of [{}, { a: 1, b: "2" }, { a: 1 }, [], "x", 7, null]) {
        const { isError, content } = resultOf(await callTool(client, "add", args));
        assertEquals(isError, true, JSON.stringify(args));
        assertMatch(content[0].text, /Cannot call "add"/);
        if (client.http !== undefined) assertEquals(client.http.status, 200);
      }
      const schema = "json_schema_2020_12_tool";
      const wrong = [{}, { contactMethod: "phone", email: "a@b" }, { phone: "1", other: 1 }];
      for (const args of wrong) {
        assertEquals(resultOf(await callTool(client, schema, args)).isError, true);
      }
      assertEquals(await textOf(client, schema, { contactMethod: "phone", phone: "1" }), "taken");
    },
  },
  {
    id: "arguments-may-be-left-out",
    revisions: ALL,
    section: "server/tools#calling-tools",
    async run(client) {
      const result = resultOf(await client.request("tools/call", { name: "test_simple_text" }));
      assertMatch(result.content[0].text, /simple text/);
    },
  },
  {
    id: "tool-that-fails",
    revisions: ALL,
    section: "server/tools#error-handling",
    async run(client) {
      const { isError, content } = resultOf(await callTool(client, "test_error_handling"));
      assertEquals(isError, true);
      assertMatch(content[0].text, /intentionally returns an error/);
      if (client.http !== undefined) assertEquals(client.http.status, 200);
    },
  },
  {
    id: "output-that-its-schema-refuses",
    revisions: since("2025-06-18"),
    section: "server/tools#output-schema",
    async run(client) {
      const result = resultOf(await callTool(client, "liar"));
      assertEquals([result.isError, "structuredContent" in result], [true, false]);
      assertMatch(result.content[0].text, /output schema refuses at "\/n"/);
    },
  },
  {
    id: "handshake-revisions-know-no-modern-metadata-in-results",
    revisions: legacySince("2024-11-05"),
    section: "server/tools#tool-result",
    async run(client) {
      const result = resultOf(await callTool(client, "add", { a: 1, b: 2 }));
      assert(Object.keys(result).every((key) => key === "content"), Object.keys(result).join());
    },
  },
];

export const tools: readonly Row[] = [...listed, ...content, ...failures];

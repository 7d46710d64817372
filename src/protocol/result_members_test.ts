/** Results as JSON text: the fast way of writing them says the same as JSON.stringify. */
import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { type ContentBlock, resultMembers, type ToolResult } from "./content.ts";

const extra = fc.option(fc.dictionary(fc.string(), fc.jsonValue()), { nil: undefined });

const text = fc.record({ type: fc.constant("text" as const), text: fc.string({ unit: "binary" }) });
const textWithMore = fc.record(
  { type: fc.constant("text" as const), text: fc.string(), annotations: extra, _meta: extra },
  { requiredKeys: ["type", "text"] },
);
const image = fc.record({
  type: fc.constant("image" as const),
  data: fc.base64String(),
  mimeType: fc.string(),
});

const result = fc.record(
  {
    content: fc.array(fc.oneof(text, textWithMore, image) as fc.Arbitrary<ContentBlock>, {
      maxLength: 3,
    }),
    structuredContent: fc.jsonValue() as fc.Arbitrary<unknown>,
    isError: fc.boolean(),
  },
  { requiredKeys: ["content"] },
) as fc.Arbitrary<ToolResult>;

Deno.test("resultMembers() says what JSON.stringify says, without the braces", () => {
  fc.assert(fc.property(result, (result) => {
    const { content, structuredContent, isError } = result;
    const plain = { content, structuredContent, ...(isError === true && { isError }) };
    assertEquals(`{${resultMembers(result)}}`, JSON.stringify(plain));
  }));
});

Deno.test("resultMembers() leaves metadata out and isError unless it is true", () => {
  const content = [{ type: "text", text: "a" }] as const;
  const members = '"content":[{"type":"text","text":"a"}]';
  assertEquals(resultMembers({ content, isError: false, _meta: { a: 1 } }), members);
  assertEquals(resultMembers({ content, isError: true }), members + ',"isError":true');
  assertEquals(resultMembers({ content: [] }), '"content":[]');
});

Deno.test("resultMembers() keeps structured content that is null or false", () => {
  for (const structuredContent of [null, false, 0, ""]) {
    const members = resultMembers({ content: [], structuredContent });
    assertEquals(JSON.parse(`{${members}}`), { content: [], structuredContent });
  }
});

Deno.test("resultMembers() throws what JSON.stringify throws", () => {
  assertThrows(() => resultMembers({ content: [], structuredContent: { n: 1n } }), TypeError);
});

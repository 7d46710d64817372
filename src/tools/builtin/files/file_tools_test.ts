/** Shows that clients are told what each file tool does. */
import { assert, assertEquals } from "@std/assert";
import { GomcpError } from "../../../base/errors.ts";
import { fileTools } from "./file_tools.ts";
import type { RootFs } from "./root_fs.ts";

const refuse = () => Promise.reject(new GomcpError("tool_error", "not in this test"));
const NO_FS: RootFs = { read: refuse, list: refuse, info: refuse, write: refuse, delete: refuse };

const reading = { readOnlyHint: true, destructiveHint: false, idempotentHint: true };
const writing = { readOnlyHint: false, destructiveHint: true, idempotentHint: true };

const EXPECTED = {
  read_file: reading,
  list_dir: reading,
  file_info: reading,
  search_files: reading,
  write_file: writing,
  delete_file: writing,
};

Deno.test("each file tool has its title and tells whether it changes anything", () => {
  const tools = fileTools(NO_FS);
  assertEquals(tools.map(({ name }) => name), Object.keys(EXPECTED));
  for (const { name, definition } of tools) {
    const { title, annotations } = definition;
    const hints = { ...EXPECTED[name as keyof typeof EXPECTED], openWorldHint: false };
    assertEquals(annotations as unknown, { title, ...hints });
    assert(typeof title === "string" && title.length > 0);
  }
});

Deno.test("each file tool shows its defaults, and takes no arguments beside its own", () => {
  for (const { definition, name } of fileTools(NO_FS)) {
    const schema = definition.inputSchema as Record<string, unknown>;
    assertEquals([schema.type, schema.additionalProperties], ["object", false], name);
    const properties = schema.properties as Record<string, { description?: string }>;
    for (const [key, { description }] of Object.entries(properties)) {
      assert(description !== undefined, `${name}.${key}`);
    }
  }
});

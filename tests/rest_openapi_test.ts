/** /openapi.json: it holds together, it lists every tool, and what it promises is what is answered. */
import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { type Reply, startServer } from "./support/server.ts";

// deno-lint-ignore no-explicit-any -- a document of any shape
type Json = any;

/** Every `$ref`, with the part of the document that it is relative to: an `$id` starts a new one. */
function refsIn(value: Json, root: Json = value): [string, Json][] {
  if (Array.isArray(value)) return value.flatMap((item) => refsIn(item, root));
  if (typeof value !== "object" || value === null) return [];
  const base = typeof value.$id === "string" ? value : root;
  const own: [string, Json][] = typeof value.$ref === "string" ? [[value.$ref, base]] : [];
  return [...own, ...Object.values(value).flatMap((item) => refsIn(item, base))];
}

function resolve(root: Json, ref: string): Json {
  assert(/^#(\/|$)/.test(ref), `${ref} leads out of the document`);
  return ref.split("/").slice(1).reduce(
    (at, step) => at?.[step.replaceAll("~1", "/").replaceAll("~0", "~")],
    root,
  );
}

/** A validator of the named schema of the document. */
function validator(document: Json, name: string) {
  const ajv = new Ajv2020({ strict: false, logger: false });
  ajv.addSchema(document, "openapi.json");
  return ajv.getSchema(`openapi.json#/components/schemas/${name}`)!;
}

Deno.test("the OpenAPI document resolves, and lists every tool with its arguments", async () => {
  await using server = await startServer({ fixtures: ["plain", "many", "slow"] });
  const { status, headers, json } = await server.request("/openapi.json");
  assertEquals([status, headers.get("content-type")], [200, "application/json"]);
  assertEquals(json.openapi.slice(0, 4), "3.1.");
  const refs = refsIn(json);
  assert(refs.length > 0);
  for (const [ref, root] of refs) assert(resolve(root, ref) !== undefined, `unresolved: ${ref}`);
  const calls: Json[] = json.components.schemas.Call.oneOf;
  const { tools } = (await server.request("/v1/tools?limit=1000")).json;
  assertEquals(
    calls.map((call) => call.properties.tool.const).sort(),
    tools.map((tool: Json) => tool.name).sort(),
  );
  const add = calls.find((call) => call.properties.tool.const === "add");
  assertEquals(add.properties.arguments.required, ["a", "b"]);
});

Deno.test("every path and method of the OpenAPI document is served", async () => {
  await using server = await startServer();
  const { paths } = (await server.request("/openapi.json")).json;
  for (const [path, operations] of Object.entries<Json>(paths)) {
    for (const [method, operation] of Object.entries<Json>(operations)) {
      const init = method === "post" ? { method: "POST", body: "{}" } : { method: "GET" };
      const reply = await server.request(
        path.replace("{name}", "echo").replace("{id}", "nobody"),
        init,
      );
      assert(String(reply.status) in operation.responses, `${method} ${path}: ${reply.status}`);
    }
  }
});

Deno.test("answers match the schemas that the OpenAPI document has for them", async () => {
  await using server = await startServer({ fixtures: ["plain", "hostile", "slow"] });
  const document = (await server.request("/openapi.json")).json;
  const conforms = (name: string, { json, text }: Reply) => {
    const validate = validator(document, name);
    assert(validate(json), `${name}: ${JSON.stringify(validate.errors)} in ${text.slice(0, 500)}`);
  };
  conforms("ToolList", await server.request("/v1/tools"));
  conforms("Tool", await server.request("/v1/tools/person"));
  conforms("CallResult", await server.call("person", { name: "Ada" }));
  conforms("CallResult", await server.call("document"));
  conforms("CallResult", await server.call("thrower", { what: "null" }));
  conforms("Problem", await server.call("nobody"));
  conforms("Problem", await server.call("never"));
  conforms("Problem", await server.request("/v1/tools/call"));
  const batch = {
    requests: [{ tool: "add", arguments: { a: 1, b: 2 }, id: 1 }, { tool: "nobody", id: "b" }],
    parallel: 2,
  };
  conforms("BatchResult", await server.post("/v1/tools/batch", batch));
});

Deno.test("the schema of a call takes the calls that the server takes, and no others", async () => {
  await using server = await startServer({ fixtures: ["plain"] });
  const document = (await server.request("/openapi.json")).json;
  const [call, batch] = [validator(document, "Call"), validator(document, "Batch")];
  const calls: [unknown, boolean][] = [
    [{ tool: "add", arguments: { a: 1, b: 2 } }, true],
    [{ tool: "picture" }, true],
    [{ tool: "add", arguments: { a: 1 } }, false],
    [{ tool: "nobody" }, false],
    [{}, false],
  ];
  for (const [body, good] of calls) {
    const { status } = await server.post("/v1/tools/call", body);
    assertEquals([call(body), status === 200], [good, good], JSON.stringify(body));
    assertEquals(batch({ requests: [body] }), good, JSON.stringify(body));
  }
});

Deno.test("the schema of a call demands arguments where the tool demands some", async () => {
  await using server = await startServer({ fixtures: ["plain"] });
  const call = validator((await server.request("/openapi.json")).json, "Call");
  assertEquals((await server.post("/v1/tools/call", { tool: "add" })).status, 422);
  assertEquals(call({ tool: "add" }), false);
});

Deno.test("a tool whose schema refers to its own parts does not break the OpenAPI document", async () => {
  await using server = await startServer({ fixtures: ["recursive"] });
  const { json } = await server.request("/openapi.json");
  const unresolved = refsIn(json).filter(([ref, root]) => resolve(root, ref) === undefined);
  assertEquals(unresolved.map(([ref]) => ref), []);
  const call = validator(json, "Call");
  for (const tool of ["tree", "pair"]) {
    const good = tool === "tree"
      ? { name: "a", children: [{ name: "b", children: [] }] }
      : { left: { at: 1 }, right: { at: 2 } };
    const bad = tool === "tree"
      ? { name: "a", children: [{ name: "b" }] }
      : { left: { at: 1 }, right: { at: "2" } };
    for (const [args, status] of [[good, 200], [bad, 422]] as const) {
      assertEquals((await server.call(tool, args)).status, status);
      assertEquals(call({ tool, arguments: args }), status === 200, JSON.stringify(args));
    }
  }
});

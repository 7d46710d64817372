/** Operations of an HTTP API as tools: a document, an API that answers, and callers. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TempFolder } from "./support/fixtures.ts";
import { ServedUpstreams } from "./support/served_upstreams.ts";

const DOCUMENT = `
openapi: 3.0.3
info: { title: Pets, version: "1" }
servers: [{ url: "https://example.invalid" }]
paths:
  /pets/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string } }
    get:
      operationId: getPet
      summary: Gives a pet
      tags: [read]
      parameters:
        - { name: fields, in: query, schema: { type: array, items: { type: string } } }
        - { name: filter, in: query, style: deepObject, schema: { type: object } }
        - { name: X-Trace, in: header, schema: { type: string } }
        - { name: Authorization, in: header, schema: { type: string } }
    put:
      operationId: putPet
      tags: [write]
      requestBody:
        required: true
        content:
          application/json: { schema: { $ref: "#/components/schemas/Pet" } }
    delete: { operationId: dropPet, tags: [danger] }
  /big: { get: { operationId: big, tags: [read] } }
  /away: { get: { operationId: away, tags: [read] } }
  /upload:
    post:
      operationId: upload
      tags: [write]
      requestBody: { required: true, content: { multipart/form-data: { schema: { type: object } } } }
components:
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        name: { type: string, minLength: 1 }
        age: { type: integer, nullable: true, minimum: 0, exclusiveMinimum: true }
        parent: { $ref: "#/components/schemas/Pet" }
`;

/** Says what it was asked. */
function api(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/pets/all") return Response.json([1, 2]);
    if (pathname === "/big") return new Response("x".repeat(10_000));
    if (pathname === "/away") return Response.redirect("http://127.0.0.2:1/", 302);
    if (pathname === "/pets/missing") {
      return Response.json({ error: "no such pet" }, { status: 404 });
    }
    return Response.json({
      method: request.method,
      path: pathname + decodeURIComponent(search),
      key: request.headers.get("authorization"),
      trace: request.headers.get("x-trace"),
      body: await request.text(),
    });
  });
}

Deno.test("operations of an API are tools", async (t) => {
  await using folder = await TempFolder.of({ "pets.yaml": DOCUMENT });
  await using server = api();
  await using served = await ServedUpstreams.start([{
    name: "pets",
    openapi: `${folder.path}/pets.yaml`,
    server: `http://127.0.0.1:${server.addr.port}`,
    headers: { Authorization: "Bearer of-the-operator" },
    tags: ["read", "write"],
    responseMax: "1KiB",
  }]);
  const step = (name: string, fn: () => Promise<void> | void) =>
    t.step({ name, fn: async () => await fn(), sanitizeOps: false, sanitizeResources: false });
  // deno-lint-ignore no-explicit-any -- whatever the API said
  const asked = async (tool: string, args: unknown): Promise<any> =>
    JSON.parse(await served.said(tool, args));

  await step("chosen by tag; those that cannot be sent are left out", () => {
    assertEquals(served.names(), ["pets__away", "pets__big", "pets__getPet", "pets__putPet"]);
  });
  await step("have parameters and body as their arguments", () => {
    const { inputSchema, annotations, title } =
      // deno-lint-ignore no-explicit-any -- a definition
      served.runtime.registry.entry("pets__putPet")!.tool.definition as any;
    assertEquals([inputSchema.required, title], [["id", "body"], undefined]);
    assertEquals(inputSchema.properties.body, { $ref: "#/$defs/Pet" });
    assertEquals(inputSchema.$defs.Pet.properties.age, {
      type: ["integer", "null"],
      exclusiveMinimum: 0,
    });
    assertEquals([annotations.readOnlyHint, annotations.idempotentHint], [false, true]);
  });
  await step(
    "send them where they belong, with the operator's key and not the caller's",
    async () => {
      const args = { id: "a/b", fields: ["x", "y"], filter: { age: 3 }, "X-Trace": "t" };
      assertEquals(await asked("pets__getPet", args), {
        method: "GET",
        path: "/pets/a%2Fb?fields=x&fields=y&filter[age]=3",
        key: "[secret]",
        trace: "t",
        body: "",
      });
      assertMatch(
        await served.said("pets__getPet", { id: "a", Authorization: "mine" }),
        /"\/Authorization": is not a known property/,
      );
    },
  );
  await step("send JSON that the schema takes, and nothing else", async () => {
    const put = await asked("pets__putPet", { id: "1", body: { name: "Rex", age: null } });
    assertEquals([put.method, put.body], ["PUT", '{"name":"Rex","age":null}']);
    const nested = { id: "1", body: { name: "Rex", parent: { name: "" } } };
    assertMatch(await served.said("pets__putPet", nested), /"\/body\/parent\/name"/);
  });
  await step("do not leave their path", async () => {
    assertMatch(await served.said("pets__getPet", { id: ".." }), /is empty or a step of a path/);
  });
  await step("say what the API says against them", async () => {
    const outcome = await served.call("pets__getPet", { id: "missing" });
    assert(outcome.kind === "result" && outcome.result.isError === true);
    assertMatch(await served.said("pets__getPet", { id: "missing" }), /status 404: .*no such pet/);
  });
  await step(
    "give lists as text: only objects are structured content in all revisions",
    async () => {
      const outcome = await served.call("pets__getPet", { id: "all" });
      assert(outcome.kind === "result" && outcome.result.structuredContent === undefined);
      assertEquals(await served.said("pets__getPet", { id: "all" }), "[1,2]");
    },
  );
  await step("have answers of bounded size, and from nowhere else", async () => {
    assertMatch(await served.said("pets__big"), /more than 1024 bytes/);
    assertMatch(await served.said("pets__away"), /redirects \(302\) to http:\/\/127\.0\.0\.2:1/);
  });
});

Deno.test("an API's document that is none is said to be none", async () => {
  await using folder = await TempFolder.of({ "old.json": '{"swagger": "2.0"}' });
  await using served = await ServedUpstreams.start([{
    name: "old",
    openapi: `${folder.path}/old.json`,
  }]);
  assertEquals(served.status().state, "down");
  assertMatch(served.status().detail!, /Swagger 2\.0, expected OpenAPI 3\.0 or 3\.1/);
});

Deno.test("a document from an address speaks for its own host, and gets no other's secrets", async () => {
  const seen: (string | null)[] = [];
  const document = (server: string) => ({
    openapi: "3.1.0",
    servers: [{ url: server }],
    paths: { "/x": { get: { operationId: "x" } } },
  });
  let names = "/";
  await using host = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      seen.push(request.headers.get("authorization"));
      return Response.json(document(names));
    },
  );
  const origin = `http://127.0.0.1:${host.addr.port}`;
  const start = (server?: string) =>
    ServedUpstreams.start([{
      name: "api",
      openapi: `${origin}/openapi.json`,
      headers: { Authorization: "Bearer of-the-operator" },
      ...(server !== undefined && { server }),
    }]);
  {
    await using served = await start();
    assertEquals([served.status().state, seen], ["up", ["Bearer of-the-operator"]]);
  }
  {
    await using _ = await start("http://127.0.0.2:1");
    assertEquals(seen.at(-1), null);
  }
  names = "http://127.0.0.2:1";
  await using served = await start();
  assertEquals(served.status().state, "down");
  assertMatch(served.status().detail!, /its server is http:\/\/127\.0\.0\.2:1, another host than/);
});

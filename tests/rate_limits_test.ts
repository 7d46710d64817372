/** Rate limits of the real command: each operation, each adapter, both eras, and what is told. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { EVERYTHING } from "./support/feature_scenarios.ts";
import { type LinkName, openLink } from "./support/links.ts";
import { legacyCall, type Message, modern, modernCall } from "./support/mcp.ts";
import { HttpSession, postModern } from "./support/mcp_http.ts";
import { type Reply, type ServerProcess, startServer } from "./support/server.ts";

// A day's limit: nothing comes back while a test runs, however slow the machine is.
const limit = (text: string) => ["--rate-limit", text];
const DAY_MS = 86_400_000;

/** Each operation once or twice, each list for itself. */
const OPERATIONS = [
  ...limit("calls=2/d,on=tool,per=tenant+tool"),
  ...limit("reads=1/d,on=resource,per=tool"),
  ...limit("prompts=1/d,on=prompt"),
  ...limit("proposals=1/d,on=completion"),
  ...limit("lists=1/d,on=list,per=tool"),
];

const echo = { name: "echo", arguments: { msg: "hi" } };
const TEMPLATE = "test://template/{id}/data";
const proposal = {
  ref: { type: "ref/resource", uri: TEMPLATE },
  argument: { name: "id", value: "" },
};

type Step = readonly [method: string, params: Record<string, unknown>, refusedBy?: string];

const STEPS: readonly Step[] = [
  ["tools/call", echo],
  ["tools/call", echo],
  ["tools/call", echo, "calls"],
  ["tools/call", { name: "test_simple_text" }],
  ["resources/read", { uri: "test://template/a/data" }],
  ["resources/read", { uri: "test://template/b/data" }, "reads"],
  ["resources/read", { uri: "test://static-text" }],
  ["prompts/get", { name: "test_simple_prompt" }],
  ["prompts/get", { name: "many_001" }, "prompts"],
  ["completion/complete", proposal],
  ["completion/complete", proposal, "proposals"],
  ...["tools/list", "resources/list", "resources/templates/list", "prompts/list"].flatMap(
    (method): Step[] => [[method, {}], [method, {}, "lists"]],
  ),
];

function checkStep([method, , refusedBy]: Step, { result, error }: Message): void {
  if (refusedBy === undefined) {
    assertEquals([error, typeof result], [undefined, "object"], method);
    return;
  }
  const { code, limitName, remaining, retryAfterMs } = error?.data ?? {};
  assertEquals([error?.code, code], [-31429, "rate_limited"], method);
  assertEquals([limitName, remaining], [refusedBy, 0]);
  assert(retryAfterMs > 0 && retryAfterMs <= DAY_MS, `${retryAfterMs}`);
  assertMatch(error!.message, /^Rate limit "\w+" \(\d per 1d\) is used up; try again in \d+s$/);
}

for (const name of ["stdio", "HTTP"] satisfies LinkName[]) {
  for (const era of ["modern", "legacy"] as const) {
    Deno.test(`each operation is limited over ${name} in the ${era} era`, async () => {
      await using link = await openLink(name, OPERATIONS);
      if (era === "legacy") await link.hello();
      for (const step of STEPS) {
        checkStep(step, await link[era](step[0], step[1]));
        if (name === "HTTP") assertEquals(link.status, 200);
      }
    });
  }
}

const TWO_LIMITS = [...limit("api=4/d,burst=2"), ...limit("lists=9/d,on=list")];

/** What an answer tells of the limits. */
function told({ headers }: Reply): (string | null)[] {
  return ["ratelimit-policy", "ratelimit", "retry-after"].map((name) => headers.get(name));
}

// 4 a day are one in six hours; two at once come back within twelve.
const POLICY = '"api";q=2;w=43200';
const QUOTA_LEFT = /^"api";r=1;t=(21600|2159\d)$/;

function checkTold(first: Reply, refused: Reply): void {
  const [policy, left, later] = told(first);
  assertEquals([policy, later], [POLICY, null]);
  assertMatch(left!, QUOTA_LEFT);
  const [samePolicy, none, seconds] = told(refused);
  assertEquals(samePolicy, POLICY);
  assertEquals(none, `"api";r=0;t=${seconds}`);
  assert(Number(seconds) > 21_000 && Number(seconds) <= 21_600, seconds!);
}

/** The replies to three calls, of which the last one is too many. */
async function three(send: (id: number) => Promise<Reply>): Promise<[Reply, Reply]> {
  const first = await send(1);
  await send(2);
  return [first, await send(3)];
}

Deno.test("MCP over HTTP tells what is left, and refuses in a 200 answer with Retry-After", async () => {
  await using server = await startServer({ args: TWO_LIMITS });
  const send = (id: number) => postModern(server, modernCall(id, "echo", { msg: "x" }));
  const [first, refused] = await three(send);
  checkTold(first, refused);
  assertEquals([refused.status, refused.json.error.code], [200, -31429]);
});

Deno.test("a session of the legacy era is told the same", async () => {
  await using server = await startServer({ args: TWO_LIMITS });
  const session = await HttpSession.open(server);
  const send = (id: number) => session.post(legacyCall(id, "echo", { msg: "x" }));
  const [first, refused] = await three(send);
  checkTold(first, refused);
  assertEquals([refused.status, refused.json.error.code], [200, -31429]);
});

Deno.test("an answer that is an event stream tells it in its headers too", async () => {
  await using server = await startServer({ args: ["--tools", EVERYTHING, ...TWO_LIMITS] });
  const progress = modernCall(1, "test_tool_with_progress", {}, { progressToken: "p" });
  const reply = await postModern(server, progress);
  assertEquals(reply.headers.get("content-type"), "text/event-stream");
  assertEquals(told(reply)[0], POLICY);
  assertMatch(told(reply)[1]!, QUOTA_LEFT);
  await postModern(server, modernCall(2, "echo", { msg: "x" }));
  const only = { accept: "text/event-stream" };
  const refused = await postModern(server, modernCall(3, "echo", { msg: "x" }), only);
  assertEquals(refused.headers.get("content-type"), "text/event-stream");
  assertMatch(told(refused)[2]!, /^\d+$/);
});

Deno.test("REST tells what is left, and refuses with 429 and a problem document", async () => {
  await using server = await startServer({ args: TWO_LIMITS });
  const [first, refused] = await three(() => server.call("echo", { msg: "x" }));
  checkTold(first, refused);
  assertEquals(refused.status, 429);
  assertEquals(refused.headers.get("content-type"), "application/problem+json");
  const { code, status, limit, limitName, remaining, retryAfterMs } = refused.json;
  assertEquals([code, status, limit, limitName, remaining], ["rate_limited", 429, 2, "api", 0]);
  assert(retryAfterMs > 0);
});

Deno.test("REST limits the list of tools and each of its definitions as one", async () => {
  await using server = await startServer({ args: limit("lists=2/d,on=list") });
  const replies = [
    await server.request("/v1/tools"),
    await server.request("/v1/tools/echo"),
    await server.request("/v1/tools?limit=1"),
    await server.request("/v1/tools/nobody"),
  ];
  assertEquals(replies.map(({ status }) => status), [200, 200, 429, 429]);
  assertEquals(told(replies[0]!)[0], '"lists";q=2;w=86400');
  assertEquals((await server.call("echo", { msg: "x" })).status, 200);
});

Deno.test("a batch is counted call by call, and goes on with what passes", async () => {
  await using server = await startServer({ args: limit("calls=2/d,tools=ec*") });
  const request = { tool: "echo", arguments: { msg: "x" } };
  const reply = await server.post("/v1/tools/batch", { requests: [request, request, request] });
  const statuses = reply.json.results.map((item: { status: number }) => item.status);
  assertEquals([reply.status, statuses], [200, [200, 200, 429]]);
  assertMatch(told(reply)[1]!, /^"calls";r=0;t=\d+$/);
});

Deno.test("one limit holds for all adapters together", async () => {
  await using server = await startServer({ args: limit("all=2/d,per=tenant+address") });
  assertEquals((await server.call("echo", { msg: "x" })).status, 200);
  const session = await HttpSession.open(server);
  assertEquals((await session.post(legacyCall(1, "echo", { msg: "x" }))).json.error, undefined);
  const refused = await postModern(server, modernCall(1, "echo", { msg: "x" }));
  assertEquals(refused.json.error.code, -31429);
  const list = await postModern(server, modern(2, "tools/list"));
  assertEquals(list.json.error.code, -31429);
});

Deno.test("clients that call themselves by different names have a limit each", async () => {
  await using server = await startServer({ args: limit("each=1/d,per=client") });
  const codeOf = async (name: string) => {
    const meta = { "io.modelcontextprotocol/clientInfo": { name, version: "1" } };
    const { json } = await postModern(server, modernCall(1, "echo", { msg: "x" }, meta));
    return json.error?.code;
  };
  const codes = [await codeOf("a"), await codeOf("b"), await codeOf("a"), await codeOf("b")];
  assertEquals(codes, [undefined, undefined, -31429, -31429]);
});

Deno.test("limits come from the environment, with semicolons between them", async () => {
  const env = { GOMCP_RATE_LIMIT: "a=1/d,on=tool; b=1/d,on=list" };
  await using server = await startServer({ env });
  const statuses = async (send: (server: ServerProcess) => Promise<Reply>) => [
    (await send(server)).status,
    (await send(server)).status,
  ];
  assertEquals(await statuses((server) => server.call("echo", { msg: "x" })), [200, 429]);
  assertEquals(await statuses((server) => server.request("/v1/tools")), [200, 429]);
});

Deno.test("without limits nothing is told", async () => {
  await using server = await startServer();
  const replies = [
    await server.call("echo", { msg: "x" }),
    await server.request("/v1/tools"),
    await postModern(server, modernCall(1, "echo", { msg: "x" })),
    await postModern(server, modern(2, "tools/list")),
  ];
  for (const reply of replies) assertEquals(told(reply), [null, null, null]);
});

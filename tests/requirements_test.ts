/** What the revisions of MCP require, row by row, over stdio and over HTTP. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Link, type LinkName, openLink } from "./support/links.ts";
import { CAPABILITIES_KEY, LEGACY, type Message, MODERN, VERSION_KEY } from "./support/mcp.ts";

interface Requirement {
  readonly id: string;
  /** The newest revision that has it. */
  readonly revision: string;
  /** The page of the specification. */
  readonly section: string;
  /** What is required: the same on every transport. */
  readonly run: (link: Link) => Promise<void>;
}

const NEWEST = LEGACY[0];
const FORMS = { [CAPABILITIES_KEY]: { elicitation: {} } };
const ALL = { [CAPABILITIES_KEY]: { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} } };
const ASKING = "test_input_required_result_elicitation";
const CONFIRMING = "test_input_required_result_request_state";

/** Sends the same request in the newest legacy revision and in the modern one. */
async function bothEras(
  link: Link,
  method: string,
  params: Record<string, unknown>,
  check: (answer: Message) => void,
): Promise<void> {
  await link.hello();
  check(await link.legacy(method, params));
  check(await link.modern(method, params));
}

function codeIs(code: number): (answer: Message) => void {
  return ({ error, id }) => assertEquals([error?.code, id === undefined], [code, false]);
}

function accepted(content: unknown) {
  return { action: "accept", content };
}

/** The questions of a call that needs input, and the state that goes back with the answers. */
function questions(
  { result, error }: Message,
): { requests: Record<string, unknown>; state: string } {
  assertEquals(error, undefined);
  assertEquals(result.resultType, "input_required");
  assertEquals("content" in result, false);
  return { requests: result.inputRequests, state: result.requestState };
}

const lifecycle: readonly Requirement[] = [
  ...LEGACY.map((version): Requirement => ({
    id: `initialize-${version}`,
    revision: version,
    section: "basic/lifecycle#version-negotiation",
    async run(link) {
      const { result } = await link.hello(version);
      assertEquals(result.protocolVersion, version);
      assertEquals(result.serverInfo.name, "gomcp");
      for (const name of ["tools", "resources", "prompts", "completions", "logging"]) {
        assertEquals(typeof result.capabilities[name], "object", name);
      }
      assertEquals((await link.legacy("ping")).result, {});
    },
  })),
  {
    id: "initialize-other-version",
    revision: NEWEST,
    section: "basic/lifecycle#version-negotiation",
    async run(link) {
      for (const version of ["1999-01-01", "2099-01-01", MODERN]) {
        assertEquals((await link.hello(version)).result.protocolVersion, NEWEST);
      }
    },
  },
  {
    id: "discover",
    revision: MODERN,
    section: "server/discover",
    async run(link) {
      const { result } = await link.modern("server/discover");
      assertEquals([result.supportedVersions, result.resultType], [[MODERN], "complete"]);
      assertEquals(typeof result.capabilities.prompts, "object");
    },
  },
  {
    id: "unsupported-version",
    revision: MODERN,
    section: "basic/versioning",
    async run(link) {
      const { error } = await link.modern("tools/list", {}, { [VERSION_KEY]: "2099-01-01" });
      assertEquals([error?.code, error?.data.supported], [-32022, [MODERN]]);
      if (link.status !== undefined) assertEquals(link.status, 400);
    },
  },
  {
    id: "ping-only-legacy",
    revision: MODERN,
    section: "changelog",
    async run(link) {
      codeIs(-32601)(await link.modern("ping"));
    },
  },
  {
    id: "unknown-method",
    revision: MODERN,
    section: "basic#error-codes",
    async run(link) {
      await link.hello();
      for (const method of ["nobody/knows", "tools/delete", "constructor", "__proto__"]) {
        codeIs(-32601)(await link.legacy(method));
        if (link.status !== undefined) assertEquals(link.status, 200);
        codeIs(-32601)(await link.modern(method));
        if (link.status !== undefined) assertEquals(link.status, 404);
      }
    },
  },
];

const LISTS = {
  "tools/list": ["tools", "name"],
  "resources/list": ["resources", "uri"],
  "resources/templates/list": ["resourceTemplates", "uriTemplate"],
  "prompts/list": ["prompts", "name"],
} as const;

const lists = Object.entries(LISTS).flatMap(([method, [member, key]]): Requirement[] => [
  {
    id: `${method}-cursors`,
    revision: MODERN,
    section: "server/utilities/pagination",
    async run(link) {
      await link.hello();
      const walks = [link.legacy, link.modern].map(async (send) => {
        const pages: Record<string, string>[][] = [];
        let cursor: string | undefined;
        do {
          const { result } = await send(method, cursor === undefined ? {} : { cursor });
          assertEquals(
            ["ttlMs", "cacheScope"].every((name) => name in result),
            send === link.modern,
          );
          pages.push(result[member]);
          cursor = result.nextCursor;
        } while (cursor !== undefined && pages.length < 20);
        return pages;
      });
      for (const pages of await Promise.all(walks)) {
        const keys = pages.flat().map((each) => each[key]!);
        assert(pages.length > 1 && keys.length > 150, `${pages.length} pages, ${keys.length}`);
        assertEquals(new Set(keys).size, keys.length, "something is listed twice");
      }
    },
  },
  {
    id: `${method}-bad-cursor`,
    revision: MODERN,
    section: "server/utilities/pagination#error-handling",
    async run(link) {
      for (const cursor of ["", "nobody", "AAAA", 7, {}]) {
        await bothEras(link, method, { cursor }, codeIs(-32602));
      }
    },
  },
]);

const features: readonly Requirement[] = [
  ...LEGACY.map((version): Requirement => ({
    id: `missing-resource-${version}`,
    revision: version,
    section: "server/resources#error-handling",
    async run(link) {
      await link.hello(version);
      const uri = "test://nobody";
      const { error } = await link.legacy("resources/read", { uri });
      assertEquals([error?.code, error?.data.uri], [-32002, uri]);
    },
  })),
  {
    id: "missing-resource",
    revision: MODERN,
    section: "server/resources#error-handling",
    async run(link) {
      for (
        const uri of ["test://nobody", "test://template/1/2/data", "many://1000", "no uri", ""]
      ) {
        const { error } = await link.modern("resources/read", { uri });
        assertEquals([error?.code, error?.data.uri], [-32602, uri]);
      }
    },
  },
  {
    id: "read-without-uri",
    revision: MODERN,
    section: "server/resources#reading-resources",
    async run(link) {
      await bothEras(link, "resources/read", {}, codeIs(-32602));
    },
  },
  {
    id: "read-by-template",
    revision: MODERN,
    section: "server/resources#resource-templates",
    async run(link) {
      const uri = "many://007/x%2Fy";
      await bothEras(link, "resources/read", { uri }, ({ result }) => {
        assertEquals(result.contents, [{ uri, text: "007 x/y" }]);
      });
    },
  },
  {
    id: "prompt-arguments",
    revision: MODERN,
    section: "server/prompts#error-handling",
    async run(link) {
      const name = "test_prompt_with_arguments";
      const wrong = [undefined, {}, { arg1: "a" }, { arg1: "a", arg2: 7 }, [], "x"];
      for (const args of wrong) {
        await bothEras(link, "prompts/get", { name, arguments: args }, codeIs(-32602));
      }
      for (const other of ["nobody", "", 7, undefined, "constructor"]) {
        await bothEras(link, "prompts/get", { name: other }, codeIs(-32602));
      }
    },
  },
  {
    id: "completion-refs",
    revision: MODERN,
    section: "server/utilities/completion#error-handling",
    async run(link) {
      const argument = { name: "arg1", value: "" };
      const refs = [
        { type: "ref/prompt", name: "nobody" },
        { type: "ref/resource", uri: "test://nobody/{id}" },
        { type: "ref/tool", name: "echo" },
        { type: "ref/prompt" },
        "test_prompt_with_arguments",
        undefined,
      ];
      for (const ref of refs) {
        await bothEras(link, "completion/complete", { ref, argument }, codeIs(-32602));
      }
      const ref = { type: "ref/prompt", name: "test_prompt_with_arguments" };
      await bothEras(link, "completion/complete", { ref }, codeIs(-32602));
    },
  },
  {
    id: "completion-at-most-100",
    revision: MODERN,
    section: "server/utilities/completion#completion-results",
    async run(link) {
      const params = {
        ref: { type: "ref/resource", uri: "many://007/{id}" },
        argument: { name: "id", value: "" },
      };
      await bothEras(link, "completion/complete", params, ({ result }) => {
        const { values, total, hasMore } = result.completion;
        assertEquals([values.length, total, hasMore], [100, 150, true]);
      });
    },
  },
];

const rounds: readonly Requirement[] = [
  {
    id: "mrtr-round-trip",
    revision: MODERN,
    section: "basic/utilities/mrtr",
    async run(link) {
      const { requests, state } = questions(
        await link.modern("tools/call", { name: ASKING }, FORMS),
      );
      assertEquals(Object.keys(requests), ["user_name"]);
      const { method, params } = requests.user_name as Message;
      assertEquals([method, params.message], ["elicitation/create", "What is your name?"]);
      assertEquals(params.requestedSchema.type, "object");
      const retry = {
        name: ASKING,
        requestState: state,
        inputResponses: { user_name: accepted({ name: "Ada" }), other: 7 },
      };
      const { result } = await link.modern("tools/call", retry, FORMS);
      assertEquals([result.resultType, result.content[0].text], ["complete", "Hello, Ada!"]);
    },
  },
  {
    id: "mrtr-many-rounds",
    revision: MODERN,
    section: "basic/utilities/mrtr",
    async run(link) {
      const name = "test_input_required_result_multi_round";
      const first = questions(await link.modern("tools/call", { name }, FORMS));
      const second = questions(
        await link.modern("tools/call", {
          name,
          requestState: first.state,
          inputResponses: { step1: accepted({ name: "Ada" }) },
        }, FORMS),
      );
      assertEquals(Object.keys(second.requests), ["step2"]);
      assertNotEquals(second.state, first.state);
      const { result } = await link.modern("tools/call", {
        name,
        requestState: second.state,
        inputResponses: { step2: accepted({ color: "red" }) },
      }, FORMS);
      assertEquals(result.content[0].text, "Ada likes red");
    },
  },
  {
    id: "mrtr-prompt",
    revision: MODERN,
    section: "basic/utilities/mrtr",
    async run(link) {
      const name = "test_input_required_result_prompt";
      const { state } = questions(await link.modern("prompts/get", { name }, FORMS));
      const { result } = await link.modern("prompts/get", {
        name,
        requestState: state,
        inputResponses: { user_context: accepted({ context: "cats" }) },
      }, FORMS);
      assertEquals(result.messages[0].content.text, "About: cats");
    },
  },
  {
    id: "mrtr-answers-that-do-not-fit",
    revision: MODERN,
    section: "basic/utilities/mrtr",
    async run(link) {
      const unusable = [
        {},
        { other: accepted({ name: "Ada" }) },
        { user_name: 7 },
        {
          user_name: accepted({ name: 7 }),
        },
        { user_name: accepted(undefined) },
        { user_name: { action: "perhaps" } },
      ];
      for (const inputResponses of unusable) {
        const { state } = questions(await link.modern("tools/call", { name: ASKING }, FORMS));
        const again = { name: ASKING, requestState: state, inputResponses };
        const { requests } = questions(await link.modern("tools/call", again, FORMS));
        assertEquals(Object.keys(requests), ["user_name"]);
      }
    },
  },
  {
    id: "mrtr-state-integrity",
    revision: MODERN,
    section: "basic/utilities/mrtr#security",
    async run(link) {
      const inputResponses = { confirm: accepted({ ok: true }) };
      const begin = async () =>
        questions(await link.modern("tools/call", { name: CONFIRMING }, FORMS)).state;
      const send = (requestState: unknown, name = CONFIRMING) =>
        link.modern("tools/call", { name, requestState, inputResponses }, FORMS);
      const state = await begin();
      const middle = Math.floor(state.length / 2);
      const flipped = state[middle] === "A" ? "B" : "A";
      const forged = [
        `${state.slice(0, middle)}${flipped}${state.slice(middle + 1)}`,
        state.slice(0, -4),
        `${state}AAAA`,
        "",
        "nonsense!",
        "x".repeat(100_000),
        7,
        {},
      ];
      for (const each of forged) codeIs(-32602)(await send(each));
      // That of another tool, or with other arguments.
      codeIs(-32602)(await send(state, ASKING));
      const other = { name: CONFIRMING, arguments: { a: 1 }, requestState: state, inputResponses };
      assertEquals("result" in await link.modern("tools/call", other, FORMS), false);
      // None of that has spent it.
      assertEquals((await send(state)).result.content[0].text, "state-ok");
      codeIs(-32602)(await send(state));
    },
  },
  {
    id: "mrtr-capability",
    revision: MODERN,
    section: "basic/utilities/mrtr",
    async run(link) {
      const needed: Record<string, [Record<string, unknown>, unknown]> = {
        test_missing_capability: [FORMS, { sampling: {} }],
        test_input_required_result_list_roots: [FORMS, { roots: {} }],
        [ASKING]: [{}, { elicitation: {} }],
        // An empty capability means forms only.
        visit: [FORMS, { elicitation: { url: {} } }],
      };
      for (const [name, [meta, requiredCapabilities]] of Object.entries(needed)) {
        const { error } = await link.modern("tools/call", { name }, meta);
        assertEquals([error?.code, error?.data.requiredCapabilities], [
          -32021,
          requiredCapabilities,
        ]);
        if (link.status !== undefined) assertEquals(link.status, 400);
        questions(await link.modern("tools/call", { name }, ALL));
      }
    },
  },
  {
    id: "no-questions-to-the-undeclared",
    revision: NEWEST,
    section: "basic/lifecycle#capability-negotiation",
    async run(link) {
      await link.hello();
      for (const name of ["test_missing_capability", ASKING, "visit"]) {
        const { result } = await link.legacy("tools/call", { name });
        assertEquals(result.isError, true);
      }
    },
  },
];

const REQUIREMENTS: readonly Requirement[] = [...lifecycle, ...lists, ...features, ...rounds];

for (const transport of ["stdio", "HTTP"] satisfies LinkName[]) {
  Deno.test(`requirements of MCP over ${transport}`, async (t) => {
    await using link = await openLink(transport);
    for (const { id, revision, section, run } of REQUIREMENTS) {
      await t.step({
        name: `${id} (${revision}, ${section})`,
        fn: () => run(link),
        // The test as a whole is watched; connections live longer than a step.
        sanitizeOps: false,
        sanitizeResources: false,
      });
    }
  });
}

Deno.test("requirements of MCP have ids of their own", () => {
  const ids = REQUIREMENTS.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
});

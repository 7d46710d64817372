/** What the revisions of MCP require, row by row, over stdio, HTTP, gRPC and the transport of 2024. */
import { assertEquals } from "@std/assert";
import { base } from "./requirements/base.ts";
import { lifecycle } from "./requirements/lifecycle.ts";
import { lists } from "./requirements/lists.ts";
import { notifications } from "./requirements/notifications.ts";
import { promptsAndCompletion } from "./requirements/prompts.ts";
import { questions } from "./requirements/questions.ts";
import { resources } from "./requirements/resources.ts";
import { rounds } from "./requirements/rounds.ts";
import type { Row } from "./requirements/row.ts";
import { subscriptions } from "./requirements/subscriptions.ts";
import { tools } from "./requirements/tools.ts";
import type { FixtureName } from "./support/fixtures.ts";
import { GrpcSpeaker, startGrpc } from "./support/grpc_speaker.ts";
import { HttpSpeaker } from "./support/http_speaker.ts";
import { startServer } from "./support/server.ts";
import {
  type Params,
  type Revision,
  REVISIONS,
  type Speaker,
  type SpeakerOptions,
  type TransportName,
} from "./support/speaker.ts";
import { SseSpeaker } from "./support/sse_speaker.ts";
import { StdioSpeaker } from "./support/stdio_speaker.ts";

const ROWS: readonly Row[] = [
  ...base,
  ...lifecycle,
  ...lists,
  ...tools,
  ...resources,
  ...promptsAndCompletion,
  ...notifications,
  ...questions,
  ...rounds,
  ...subscriptions,
];

const FIXTURES: readonly FixtureName[] = [
  "everything",
  "features",
  "many",
  "plain",
  "protocol",
  "slow",
];
const SERVED = { fixtures: FIXTURES, joined: true };

type Connect = (capabilities: Params) => Promise<Speaker>;

/** Rows that declare the same share a connection, unless they want one of their own. */
class Connections implements AsyncDisposable {
  readonly #connect: Connect;
  readonly #shared = new Map<string, Promise<Speaker>>();

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  async run({ capabilities = {}, alone = false, run }: Row): Promise<void> {
    if (alone) {
      await using client = await this.#connect(capabilities);
      return await run(client);
    }
    const key = JSON.stringify(capabilities);
    let client = this.#shared.get(key);
    if (client === undefined) this.#shared.set(key, client = this.#connect(capabilities));
    await run(await client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#shared.values()) await (await client)[Symbol.asyncDispose]();
  }
}

type Start = (options: SpeakerOptions) => Promise<Speaker>;

/** How clients of a transport begin; over stdio each has a process of its own. */
async function open(transport: TransportName, parts: AsyncDisposableStack): Promise<Start> {
  if (transport === "stdio") return (options) => StdioSpeaker.start(SERVED, options);
  if (transport === "gRPC") {
    const server = parts.use(await startGrpc(SERVED));
    return (options) => GrpcSpeaker.start(server, options);
  }
  const server = parts.use(await startServer({ ...SERVED, args: ["--legacy-sse"] }));
  const { start } = transport === "HTTP" ? HttpSpeaker : SseSpeaker;
  return (options) => start(server, options);
}

/** The transport of 2024 has clients of its own revision only. */
const SERVED_TO: Readonly<Record<TransportName, readonly Revision[]>> = {
  "stdio": REVISIONS,
  "HTTP": REVISIONS,
  "gRPC": REVISIONS,
  "SSE": ["2024-11-05"],
};

function appliesTo({ revisions, transports }: Row, transport: TransportName, revision: Revision) {
  // A session of gRPC is a conversation as one of stdio is.
  const like = transport === "gRPC" ? "stdio" : transport;
  return revisions.includes(revision) && (transports?.includes(like) ?? true);
}

for (const transport of ["stdio", "HTTP", "SSE", "gRPC"] satisfies TransportName[]) {
  Deno.test(`requirements of MCP over ${transport}`, async (t) => {
    await using parts = new AsyncDisposableStack();
    const start = await open(transport, parts);
    for (const revision of SERVED_TO[transport]) {
      // The test as a whole is watched; connections live longer than a step.
      const unwatched = { sanitizeOps: false, sanitizeResources: false };
      const fn = async (t: Deno.TestContext) => {
        await using connections = new Connections((capabilities) =>
          start({ revision, capabilities })
        );
        for (const row of ROWS.filter((each) => appliesTo(each, transport, revision))) {
          const name = `${row.id} (${row.section})`;
          await t.step({ name, fn: () => connections.run(row), ...unwatched });
        }
      };
      await t.step({ name: revision, fn, ...unwatched });
    }
  });
}

Deno.test("requirements of MCP have ids of their own in each revision", () => {
  const ids = ROWS.flatMap(({ id, revisions }) => revisions.map((each) => `${id} ${each}`));
  assertEquals(ids.filter((id, index) => ids.indexOf(id) !== index), []);
});

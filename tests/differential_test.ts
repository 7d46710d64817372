/**
 * The same calls by every way into a server: the same outcome, code, data of limits, audit record and
 * debit. Each way has a server of its own, in this process, and calls in the same order, so that all find
 * the same limits.
 */
import { assertEquals } from "@std/assert";
import { BATCHES, CALLS, LEFT } from "./support/differential/calls.ts";
import type { Ending } from "./support/differential/ending.ts";
import { type Client, type Request, WAYS } from "./support/differential/ways.ts";
import { World, type WorldLimits } from "./support/differential/world.ts";
import { until } from "./support/wait.ts";

/** What is seen of one call, or batch. */
interface Seen {
  readonly what: string;
  readonly ending: Ending | readonly Ending[];
  readonly records: readonly unknown[];
  /** Calls that the tenant is charged for, up to now. */
  readonly calls: number;
}

interface Played {
  readonly seen: readonly Seen[];
  /** Bytes that the tenant is charged for in the end. */
  readonly bytes: number;
}

type Script = (
  client: Client,
  world: World,
) => AsyncIterable<[string, Ending | readonly Ending[]]>;

/** What the tenant has before the calls that are to find it empty. */
const FEW: WorldLimits = { calls: 3 };

async function play(
  connect: (world: World) => Promise<Client>,
  limits: WorldLimits,
  script: Script,
): Promise<Played> {
  const world = await World.start(limits);
  const seen: Seen[] = [];
  try {
    await using client = await connect(world);
    for await (const [what, ending] of script(client, world)) {
      // Who left is not told when the server knows it.
      await until(() => world.runtime.stats().running === 0, "nothing runs any more");
      seen.push({ what, ending, records: world.records(), calls: await world.calls() });
    }
  } catch (error) {
    await world.stop();
    throw error;
  }
  return { seen, bytes: await world.stop() };
}

async function* calls(client: Client): AsyncGenerator<[string, Ending]> {
  for (const request of CALLS) yield [shown(request), await client.call(request)];
}

async function* empty(client: Client): AsyncGenerator<[string, Ending]> {
  for (let call = 1; call <= 5; call++) {
    yield [`call ${call} of 3`, await client.call({ tool: "add", args: { a: 1, b: call } })];
  }
}

async function* left(client: Client, { holder }: World): AsyncGenerator<[string, Ending]> {
  for (const request of LEFT) {
    const held = holder.next();
    const ending = await client.leave(request, held);
    await (await held).aborted;
    yield [shown(request), ending];
  }
}

async function* batches(client: Client): AsyncGenerator<[string, Ending | readonly Ending[]]> {
  for (const requests of BATCHES) {
    yield [requests.map(shown).join(", "), await client.batch!(requests)];
  }
}

function shown({ tool, args }: Request): string {
  return `${tool.slice(0, 80)} ${JSON.stringify(args)?.slice(0, 80)}`;
}

interface Row {
  readonly script: Script;
  readonly limits: WorldLimits;
  /** @default all */
  readonly ways?: readonly string[];
}

const SCRIPTS: Readonly<Record<string, Row>> = {
  "calls that are good, bad, refused and slow": { script: calls, limits: { calls: 10_000 } },
  "calls beyond the quota": { script: empty, limits: FEW },
  "calls that their caller leaves": { script: left, limits: { calls: 100 } },
  "batches, also too large ones and those beyond the quota": {
    script: batches,
    limits: { calls: 40, batch: 10 },
    ways: ["REST", "ToolService"],
  },
};

/** JSON-RPC's batches are messages that travel together: each call is refused, and recorded, for itself. */
const BATCHES_OF_MESSAGES = ["stdio, legacy", "/mcp, legacy", "McpService, legacy"];

for (const [name, row] of Object.entries(SCRIPTS)) {
  const { script, limits, ways = Object.keys(WAYS) } = row;
  const [first, ...others] = ways;
  Deno.test(`${name} end alike by every way in`, async (t) => {
    const expected = await play(WAYS[first!]!, limits, script);
    for (const other of others) {
      await t.step(`${other} as ${first}`, async () => {
        const played = await play(WAYS[other]!, limits, script);
        for (const [at, each] of played.seen.entries()) assertEquals(each, expected.seen[at]);
        assertEquals([played.seen.length, played.bytes], [expected.seen.length, expected.bytes]);
      });
    }
  });
}

Deno.test("batches of JSON-RPC end, and cost, what those of REST do", async (t) => {
  const { script, limits } = { script: batches, limits: { calls: 40, batch: 10 } };
  const expected = await play(WAYS["REST"]!, limits, script);
  for (const way of BATCHES_OF_MESSAGES) {
    await t.step(`${way} as REST`, async () => {
      const { seen, bytes } = await play(WAYS[way]!, limits, script);
      assertEquals(seen.map(byCall), expected.seen.map(byCall));
      assertEquals(bytes, expected.bytes);
    });
  }
});

/** A batch that was refused whole, as that many calls that were refused so. */
function byCall({ what, ending, calls, records }: Seen, index: number) {
  const endings = Array.isArray(ending) ? ending : BATCHES[index]!.map(() => ending);
  const ran = (records as readonly { kind: string; decision: string; code: string }[])
    .filter(({ kind }) => kind === "tool")
    .map(({ code, decision }) => `${decision} ${code}`).sort();
  return { what, endings, calls, ran };
}

Deno.test("the calls meet every refusal that a call can meet", async () => {
  const all = await Promise.all(
    Object.values(SCRIPTS).map(({ script, limits }) => play(WAYS["REST"]!, limits, script)),
  );
  const codes = all.flatMap(({ seen }) => seen.flatMap(({ records }) => records))
    .map((record) => (record as { readonly code: string }).code);
  assertEquals([...new Set(codes)].sort(), [
    "cancelled",
    "deadline_exceeded",
    "invalid_arguments",
    "ok",
    "pending",
    "quota_exceeded",
    "rate_limited",
    "tool_error",
    "unknown_tool",
  ]);
});

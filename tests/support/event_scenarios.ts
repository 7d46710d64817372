/** What every official client hears while a call runs and between calls, and how it gives up. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Answers,
  type ClientName,
  connect,
  type ConnectedClient,
  type Notice,
  type ProgressSeen,
} from "./clients.ts";
import { until, within } from "./wait.ts";

/** Answers questions as the scenario that runs wants it. */
class Respondent {
  // deno-lint-ignore no-explicit-any -- parameters of every shape
  readonly asked: any[] = [];
  elicit: () => unknown = () => ({ action: "decline" });

  readonly answers: Answers = {
    elicit: (params) => {
      this.asked.push(params);
      return this.elicit();
    },
  };
}

type Scenario = (
  client: ConnectedClient,
  respondent: Respondent,
  name: ClientName,
) => Promise<void>;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "sees progress with its total and its message": progress,
  "hears log messages that are grave enough": logMessages,
  "cancels a call while a question is open": cancelQuestion,
  "sends its user to a page": urlElicitation,
  "is told of changes while it wants to be": subscriptions,
};

/** Connects the client to a server of its own and goes through all scenarios. */
export async function runEventScenarios(name: ClientName, t: Deno.TestContext): Promise<void> {
  const respondent = new Respondent();
  const { answers } = respondent;
  await using client = await connect(name, ["features", "protocol", "slow"], { answers });
  for (const [title, run] of Object.entries(SCENARIOS)) {
    respondent.asked.length = 0;
    await t.step({
      name: title,
      fn: () => run(client, respondent, name),
      // The test as a whole is watched; connections live longer than a step.
      sanitizeOps: false,
      sanitizeResources: false,
    });
  }
}

async function progress(client: ConnectedClient): Promise<void> {
  const seen: ProgressSeen[] = [];
  const end = client.gate("progress");
  const onprogress = (each: ProgressSeen) => seen.push(each);
  const answer = client.call("steps", { count: 3, ...end.arguments }, { onprogress });
  // The clients drop progress that comes in one piece with the answer.
  await until(() => seen.length === 3, "the client has seen the progress");
  await end.open();
  await answer;
  const shown = seen.map(({ progress, total, message }) => [progress, total, message]);
  assertEquals(shown, [1, 2, 3].map((step) => [step, 3, `step ${step}`]));
}

/** The log messages among what was heard. */
function logged({ notices }: ConnectedClient): Notice[] {
  return notices.items.filter(({ method }) => method === "notifications/message");
}

async function logMessages(client: ConnectedClient, _: Respondent, name: ClientName) {
  await client.call("loud");
  assertEquals(logged(client), [], "it has not asked for any");
  if (!isModern(name)) await client.setLogLevel("warning");
  await client.call("loud", {}, { logLevel: "warning" });
  await until(() => logged(client).length === 2, "the client has heard the messages");
  assertEquals(logged(client).map(({ params }) => [params.level, params.data]), [
    ["warning", "a warning"],
    ["error", "an error"],
  ]);
  // Only calls that ask for it are heard in the modern era, and none below a level in the other.
  if (!isModern(name)) await client.setLogLevel("emergency");
  await client.call("loud");
  assertEquals(logged(client).length, 2);
}

/**
 * The legacy era has a call that waits, which the cancellation ends. In the modern one the call
 * has ended with its question, and cancelling means that it never comes again.
 */
async function cancelQuestion(
  client: ConnectedClient,
  respondent: Respondent,
  name: ClientName,
): Promise<void> {
  const answered = Promise.withResolvers<unknown>();
  respondent.elicit = () => answered.promise;
  const gate = client.gate("asking");
  const abort = new AbortController();
  const call = assertRejects(() => client.call("asking", gate.arguments, { signal: abort.signal }));
  await until(() => respondent.asked.length === 1, "the client is asked");
  abort.abort(new Error("no more"));
  if (!isModern(name)) await gate.aborted();
  // v2 lets a question that it has put to its user come to an end before it gives the call up.
  answered.resolve({ action: "accept", content: { name: "Ada" } });
  await within(call, "the call to be given up");
  respondent.elicit = () => ({ action: "accept", content: { name: "Bo" } });
  const other = client.gate("asking again");
  const { content } = await client.call("asking", other.arguments);
  assertEquals([content[0].text, respondent.asked.length], ["You are Bo", 2]);
}

async function urlElicitation(client: ConnectedClient, respondent: Respondent): Promise<void> {
  for (const action of ["accept", "decline", "cancel"]) {
    respondent.elicit = () => ({ action });
    assertEquals((await client.call("visit")).content[0].text, action);
  }
  const shown = respondent.asked.map(({ mode, url, message }) => [mode, url, message]);
  assertEquals(shown, Array(3).fill(["url", "https://example.com/", "Go there"]));
}

const WATCHED = "about://me";

async function subscriptions(client: ConnectedClient, _: Respondent, name: ClientName) {
  const watch = await client.watch(WATCHED);
  const updates = () =>
    client.notices.items.filter(({ method }) => method === "notifications/resources/updated")
      .map(({ params }) => params.uri);
  // A legacy HTTP client opens its stream in its own time: what happens before is not told.
  await until(async () => {
    await client.call("touch", { uri: WATCHED });
    return updates().length > 0;
  }, "the client is told of the change");
  await client.call("touch", { uri: "test://not watched" });
  for (const list of ["tools", "resources", "prompts"]) {
    await client.call("touch", { list });
    const method = `notifications/${list}/list_changed`;
    await client.notices.find((each) => each.method === method, method);
  }
  assert(updates().every((uri) => uri === WATCHED), `it was told of ${updates()}`);
  await watch.close();
  if (isModern(name)) assertEquals(await watch.closed, "local");
  const before = client.notices.items.length;
  await client.call("touch", { uri: WATCHED });
  if (isModern(name)) {
    await client.call("touch", { list: "tools" });
    // A subscription of its own shows that everything before it has come.
    const again = await client.watch("about://nobody");
    await client.call("touch", { uri: "about://nobody" });
    await until(() => updates().includes("about://nobody"), "the second one is told");
    await again.close();
  } else {
    await client.call("touch", { list: "tools" });
    const isLast = () => client.notices.items.length > before;
    await until(isLast, "the list has changed");
  }
  const told = client.notices.items.slice(before).map((
    { method, params },
  ) => [method, params?.uri]);
  const wanted = isModern(name)
    ? ["notifications/resources/updated", "about://nobody"]
    : ["notifications/tools/list_changed", undefined];
  assertEquals(told, [wanted]);
}

function isModern(name: ClientName): boolean {
  return name.endsWith("modern");
}

/**
 * Load, a reload each second and a random tool host killed each second: for 5 seconds, or for as many
 * as GOMCP_STORM_SECONDS says (the figure of the design is 60).
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TempFolder } from "./support/fixtures.ts";
import { type Message, modernCall } from "./support/mcp.ts";
import { hostsOf, untilGone } from "./support/processes.ts";
import { startStdio, type StdioProcess } from "./support/stdio.ts";
import { runsOf } from "./support/runs.ts";
import { until, within } from "./support/wait.ts";

const SECONDS = Number(Deno.env.get("GOMCP_STORM_SECONDS") ?? 5);
const MODULES = ["a", "b", "c"];
const CALLERS = 12;

const LOST = /^The host of tool ".*" was lost: it was ended by SIGKILL/;

/** Each call leaves a line behind, in a file of its host: so it is known what ran, and how often. */
function module(name: string, version: number): string {
  return `import { defineTool } from "gomcp";
const work = async ({ id }) => {
  Deno.writeTextFileSync(import.meta.dirname + "/ran/" + Deno.pid, id + "\\n", { append: true });
  await new Promise((resolve) => setTimeout(resolve, 20));
  return id + " ${version}";
};
const input = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
const description = "Version ${version}.";
export const once = defineTool({ name: "${name}_once", description, input, handler: work });
export const again = defineTool({ name: "${name}_again", description, input, handler: work,
  annotations: { idempotentHint: true } });
`;
}

/** Callers that wait for their answers. */
class Load {
  readonly sent: string[] = [];
  readonly #waiting = new Map<string, () => void>();
  readonly #server: StdioProcess;

  constructor(server: StdioProcess) {
    this.#server = server;
    this.#listen();
  }

  async #listen(): Promise<void> {
    const next = () => this.#server.messages.next("an answer");
    for (let message; (message = await next().catch(() => undefined)) !== undefined;) {
      this.#waiting.get(String(message.id))?.();
    }
  }

  /** What was answered, by id; what came too late, or twice, is there. */
  answers(): Map<string, Message[]> {
    const withId = this.#server.messages.items.filter(({ id }) => id !== undefined);
    return Map.groupBy(withId, ({ id }) => String(id));
  }

  /** Calls one tool after the other until the end. */
  async run(isOver: () => boolean, caller: number): Promise<void> {
    for (let call = 0; !isOver(); call++) {
      const kind = call % 3 === 0 ? "once" : "again";
      const id = `${kind}-${caller}-${call}`;
      this.sent.push(id);
      const answer = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
      const tool = `${MODULES[(caller + call) % MODULES.length]}_${kind}`;
      await this.#server.send(modernCall(id, tool, { id }));
      await within(answer, `the answer to ${id} of ${tool}`);
      this.#waiting.delete(id);
    }
  }
}

/** Those that have ended, however that was. */
function reloadsOf(server: StdioProcess): number {
  return server.log.items.filter(({ message }) => /^reload(ed| failed)/.test(message)).length;
}

Deno.test({
  name: "with hosts killed and modules reloaded under load each request is answered exactly once",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await TempFolder.of({
      "ran/.keep": "",
      ...Object.fromEntries(MODULES.map((name) => [`${name}.ts`, module(name, 0)])),
    });
    const permits = MODULES.map((name) =>
      `--permit=${folder.path}/${name}.ts:write=${folder.path}/ran`
    );
    const files = MODULES.map((name) => `--tools=${folder.path}/${name}.ts`);
    const args = [...files, ...permits, "--log-level=info", "--admin-socket=off"];
    await using server = await startStdio({ args });
    await server.log.find(({ message }) => message === "serving stdio", "the server");
    const load = new Load(server);
    let over = false;
    const callers = Array.from({ length: CALLERS }, (_, caller) => load.run(() => over, caller));
    const killed = new Set<number>();
    const seen = new Set<number>();
    for (let second = 1; second <= SECONDS; second++) {
      await folder.write(
        `${MODULES[second % MODULES.length]}.ts`,
        module(MODULES[second % MODULES.length]!, second),
      );
      server.signal("SIGHUP");
      await until(() => reloadsOf(server) >= second, "the reload");
      await new Promise((resolve) => setTimeout(resolve, 500));
      const hosts = hostsOf(server.pid);
      for (const pid of hosts) seen.add(pid);
      const victim = hosts[Math.floor(Math.random() * hosts.length)];
      if (victim !== undefined) killed.add(victim) && Deno.kill(victim, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    over = true;
    await Promise.all(callers);
    for (const pid of hostsOf(server.pid)) seen.add(pid);
    await server.closeInput();
    assertEquals((await server.exit()).code, 0);

    const all = load.answers();
    const runs = await runsOf(`${folder.path}/ran`);
    let lost = 0;
    for (const id of load.sent) {
      const answers = all.get(id) ?? [];
      assertEquals(answers.length, 1, `answers to ${id}`);
      const { result, error } = answers[0]!;
      const ran = runs.get(id) ?? 0;
      if (error === undefined) {
        assertMatch(result.content[0].text, new RegExp(`^${id} \\d+$`));
        assert(id.startsWith("once") ? ran === 1 : ran >= 1 && ran <= 2, `${id} ran ${ran} times`);
      } else {
        lost++;
        assertMatch(error.message, LOST);
        assert(ran <= (id.startsWith("once") ? 1 : 2), `${id} ran ${ran} times`);
      }
    }
    assertEquals(all.size, load.sent.length, "nobody was answered who had not asked");
    const reloads = reloadsOf(server);
    console.log(
      `${load.sent.length} calls, ${lost} lost with ${killed.size} killed hosts, ${reloads} reloads`,
    );
    assert(killed.size > SECONDS / 2 && reloads > SECONDS / 3, "there was a storm");
    await untilGone([...seen]);
  },
});

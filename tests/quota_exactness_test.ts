/** Quotas over several processes: never more than the limit, and no fewer than can be explained. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { createTenantManager, openState } from "../mod.ts";
import { cliEnv } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { HAS_REDIS, RedisServer } from "./support/redis.ts";
import { until, within } from "./support/wait.ts";

const WORKER = fileURLToPath(new URL("./support/quota_worker.ts", import.meta.url));
const LIMIT = 10_000;
const OFFERS = 12_500;
const PROCESSES = 4;
/** What one process may hold of such a limit: a 64th. */
const BLOCK = Math.floor(LIMIT / 64);

/** What returns within 2 s by itself, with room for a machine that is busy. */
const BACK_MS_MAX = 15_000;

class Workers implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly #children: Deno.ChildProcess[] = [];

  private constructor(folder: TempFolder, readonly url: string) {
    this.#folder = folder;
  }

  /** Creates the tenant in the state and starts the processes. */
  static async start(
    stateOf: (folder: string) => string,
    options: {
      readonly limit?: number;
      readonly pace?: number;
      readonly processes?: number;
    } = {},
  ): Promise<Workers> {
    const folder = await TempFolder.of();
    const url = stateOf(folder.path);
    const tenants = createTenantManager(await openState(url));
    await tenants.createTenant("a", "A", {
      maxToolCalls: options.limit ?? LIMIT,
      period: "month",
    });
    await tenants.close();
    const workers = new Workers(folder, url);
    for (let i = 0; i < (options.processes ?? PROCESSES); i++) {
      const args = [url, workers.#file(i), String(OFFERS)];
      workers.#children.push(
        new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", "--no-prompt", WORKER, ...args, String(options.pace ?? 0)],
          clearEnv: true,
          env: cliEnv(),
        }).spawn(),
      );
    }
    return workers;
  }

  #file(i: number): string {
    return `${this.#folder.path}/admitted-${i}`;
  }

  async admittedBy(i: number): Promise<number> {
    return await Deno.stat(this.#file(i)).then(({ size }) => size, () => 0);
  }

  async admitted(): Promise<number> {
    const each = await Promise.all(this.#children.map((_, i) => this.admittedBy(i)));
    return each.reduce((sum, count) => sum + count, 0);
  }

  kill(i: number): void {
    this.#children[i]!.kill("SIGKILL");
  }

  /** How they ended, in their order. */
  async end(): Promise<number[]> {
    const all = Promise.all(this.#children.map((child) => child.status));
    return (await within(all, "the end of the processes", 60_000)).map(({ code }) => code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await child.status;
    }
    await this.#folder[Symbol.asyncDispose]();
  }
}

const sqlite = (folder: string) => `sqlite:${folder}/state.db`;

/** Runs the same on each kind of state that processes share. */
function onEach(name: string, run: (stateOf: (folder: string) => string) => Promise<void>): void {
  Deno.test(`${name}: SQLite`, () => run(sqlite));
  Deno.test({
    name: `${name}: Redis`,
    ignore: !HAS_REDIS,
    async fn() {
      await using server = await RedisServer.start();
      await run(() => server.url);
    },
  });
}

onEach("4 processes offer 50,000 calls, and exactly 10,000 are admitted", async (stateOf) => {
  await using workers = await Workers.start(stateOf);
  assertEquals(await workers.end(), [0, 0, 0, 0]);
  assertEquals(await workers.admitted(), LIMIT);
});

onEach("a process that is killed after few calls costs no more than these", async (stateOf) => {
  // It rests after its first call, with all that it has of the quota.
  await using workers = await Workers.start(stateOf, { pace: 60_000, processes: 1 });
  await until(async () => await workers.admittedBy(0) > 0, "the process is at work");
  workers.kill(0);
  await workers.end();
  const used = await workers.admitted();
  const tenants = createTenantManager(await openState(workers.url));
  let others = 0;
  while (await tenants.checkQuota("a") === undefined) others++;
  await tenants.close();
  const lost = LIMIT - used - others;
  assert(lost >= 0 && lost < used, `${used} used, ${lost} lost`);
});

onEach("a process that is killed costs no more than what it held", async (stateOf) => {
  await using workers = await Workers.start(stateOf, { pace: 1 });
  await until(async () => await workers.admittedBy(0) > 200, "the first process is at work");
  workers.kill(0);
  assertEquals((await workers.end()).slice(1), [0, 0, 0]);
  const admitted = await workers.admitted();
  assert(admitted <= LIMIT, `${admitted}`);
  // One more may have been admitted and not written down.
  assert(admitted >= LIMIT - BLOCK - 1, `${admitted}`);
});

Deno.test({
  name: "Redis is killed in mid-load and comes back: no call too many, and on by itself",
  ignore: !HAS_REDIS,
  async fn() {
    await using server = await RedisServer.start();
    const [limit, block] = [4_096, 64];
    await using workers = await Workers.start(() => server.url, { limit, pace: 20 });
    for (let i = 0; i < PROCESSES; i++) {
      await until(async () => await workers.admittedBy(i) > 10, `process ${i} is at work`);
    }
    await server.kill();
    await server.run();
    const backMs = performance.now();
    const before = await workers.admitted();
    // More than the processes had in hand.
    const goes = async () => await workers.admitted() > before + PROCESSES * block;
    await until(goes, "calls are admitted again by themselves", BACK_MS_MAX);
    console.log(`admitted again ${Math.round(performance.now() - backMs)} ms after its return`);
    assertEquals(await workers.end(), [0, 0, 0, 0]);
    const admitted = await workers.admitted();
    assert(admitted <= limit, `${admitted}`);
    // A grant whose answer was cut off is lost.
    assert(admitted >= limit - PROCESSES * block, `${admitted}`);
  },
});

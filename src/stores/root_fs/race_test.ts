/** Shows that whoever exchanges files between a check and a use gets nothing out of the root. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import type { RootFsSeams } from "../root_fs.ts";
import { NamedTree } from "./named_directory.ts";
import { ignore, run, type Sandbox, SECRET, withSandbox } from "./testing.ts";
import type { Step } from "./walk.ts";

const ALL = { offset: 0, length: 1_000 };
const PAGE = { offset: 0, limit: 1_000 };
const WRITE = { overwrite: true, createDirs: false };
const BYTES = new TextEncoder().encode("written");

const WAYS: [string, RootFsSeams][] = [
  ["as the system allows", {}],
  ["by names", { holdTree: (root) => new NamedTree(root) }],
];

interface Race {
  readonly name: string;
  readonly step: Step;
  /** What the attacker does at that step, once. */
  readonly attack: (sandbox: Sandbox) => Promise<unknown>;
  /** What the client does; the attack runs in the middle of it. */
  readonly use: (sandbox: Sandbox) => Promise<unknown>;
  /** Which time that the step is reached, counted from 1. @default 1 */
  readonly nth?: number;
  /** Whether the only right end is a refusal; otherwise what lies inside may be used as well. */
  readonly refused?: boolean;
}

/** `dir` becomes a link to what lies outside; the directory itself stays inside. */
async function swapDirectory({ root, outside }: Sandbox): Promise<void> {
  await Deno.rename(`${root}/dir`, `${root}/moved`);
  await Deno.symlink(outside, `${root}/dir`);
}

async function moveOut({ root, outside }: Sandbox): Promise<void> {
  await Deno.rename(`${root}/dir`, `${outside}/dir`);
}

/** Of all files outside but the secret. */
async function outsideSizes({ outside }: Sandbox): Promise<number[]> {
  const sizes: number[] = [];
  for (const directory of [outside, `${outside}/dir`]) {
    const entries = await Array.fromAsync(Deno.readDir(directory)).catch(() => []);
    const files = entries.filter(({ isFile, name }) => isFile && name !== "secret.txt");
    for (const { name } of files) sizes.push((await Deno.stat(`${directory}/${name}`)).size);
  }
  return sizes;
}

async function swapFile({ root, outside }: Sandbox): Promise<void> {
  await Deno.remove(`${root}/dir/secret.txt`);
  await Deno.symlink(`${outside}/secret.txt`, `${root}/dir/secret.txt`);
}

async function replaceByFifo({ root }: Sandbox): Promise<void> {
  await Deno.remove(`${root}/dir/secret.txt`);
  assert(await run("mkfifo", `${root}/dir/secret.txt`));
}

const PATH = "dir/secret.txt";
const read = ({ fs }: Sandbox) => fs.read(PATH, ALL);
const list = ({ fs }: Sandbox) => fs.list("dir", PAGE);
const write = ({ fs }: Sandbox) => fs.write(PATH, BYTES, WRITE);
const create = ({ fs }: Sandbox) => fs.write("dir/new.txt", BYTES, WRITE);
const makeDirs = ({ fs }: Sandbox) => fs.write("dir/new/a", BYTES, { ...WRITE, createDirs: true });
const remove = ({ fs }: Sandbox) => fs.delete(PATH);
const removeDir = ({ fs }: Sandbox) => fs.delete("dir/empty");

const swap = "a directory swapped for a link";
const swapped = "a file swapped for a link";

const RACES: Race[] = [
  { name: `read: ${swap} before it is entered`, step: "enter", attack: swapDirectory, use: read },
  { name: `read: ${swap} after it was entered`, step: "open", attack: swapDirectory, use: read },
  { name: `read: ${swapped}`, step: "open", attack: swapFile, use: read, refused: true },
  { name: "read: a FIFO put there", step: "open", attack: replaceByFifo, use: read, refused: true },
  { name: `list: ${swap} before it is entered`, step: "enter", attack: swapDirectory, use: list },
  { name: `list: ${swap} after it was entered`, step: "list", attack: swapDirectory, use: list },
  { name: `write: ${swap} before it is entered`, step: "enter", attack: swapDirectory, use: write },
  {
    name: `write: ${swap} before its file is opened`,
    step: "open",
    attack: swapDirectory,
    use: write,
  },
  { name: `write: ${swap} before the new file`, step: "create", attack: swapDirectory, use: write },
  { name: `write: ${swap} before the rename`, step: "commit", attack: swapDirectory, use: write },
  {
    name: `write: ${swapped} before it is opened`,
    step: "open",
    attack: swapFile,
    use: write,
    refused: true,
  },
  { name: `write: ${swapped} before the rename`, step: "commit", attack: swapFile, use: write },
  {
    name: "write: a FIFO put there",
    step: "open",
    attack: replaceByFifo,
    use: write,
    refused: true,
  },
  {
    name: `create: ${swap} before the new file`,
    step: "create",
    attack: swapDirectory,
    use: create,
  },
  { name: `create: ${swap} before the rename`, step: "commit", attack: swapDirectory, use: create },
  {
    name: `createDirs: ${swap} before it is entered`,
    step: "enter",
    attack: swapDirectory,
    use: makeDirs,
  },
  {
    name: `createDirs: ${swap} before the new directory`,
    step: "enter",
    nth: 2,
    attack: swapDirectory,
    use: makeDirs,
  },
  { name: `delete: ${swap}`, step: "delete", attack: swapDirectory, use: remove },
  { name: `delete: ${swapped}`, step: "delete", attack: swapFile, use: remove },
  { name: `delete of a directory: ${swap}`, step: "delete", attack: swapDirectory, use: removeDir },
];

/** Runs the attack once, in the middle of what `check` does. */
async function withRace(
  seams: RootFsSeams,
  { step, attack, nth = 1 }: Pick<Race, "step" | "attack" | "nth">,
  check: (sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  let reached = 0;
  let current: Sandbox | undefined;
  const pause = async (now: Step) => {
    if (now === step && ++reached === nth) await attack(current!);
  };
  await withSandbox(async (sandbox) => {
    current = sandbox;
    await Deno.mkdir(`${sandbox.root}/dir/empty`, { recursive: true });
    await Deno.writeTextFile(`${sandbox.root}/dir/secret.txt`, "public");
    await Deno.writeTextFile(`${sandbox.root}/dir/only-inside.txt`, "");
    await check(sandbox);
    assert(reached >= nth, `the step "${step}" was not reached`);
  }, { ...seams, pause });
}

async function assertOutsideUntouched({ outside }: Sandbox): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(outside))).map((entry) => entry.name);
  assertEquals(names.sort(), ["empty", "secret.txt"]);
  assertEquals(await Deno.readTextFile(`${outside}/secret.txt`), SECRET);
}

/** What an operation gave, as text; undefined for a refusal. */
async function attempt(use: Promise<unknown>): Promise<string | undefined> {
  try {
    const given = await use as { bytes?: Uint8Array };
    return given.bytes ? new TextDecoder().decode(given.bytes) : JSON.stringify(given);
  } catch (error) {
    if (error instanceof GomcpError) return undefined;
    throw error;
  }
}

for (const [way, seams] of WAYS) {
  for (const race of RACES) {
    const name = `${race.name} (held ${way})`;
    const check = async (sandbox: Sandbox) => {
      await Deno.mkdir(`${sandbox.outside}/empty`);
      const given = await attempt(race.use(sandbox));
      if (race.refused) assertEquals(given, undefined);
      if (race.use === read) assert(given === undefined || given === "public", given);
      if (race.use === list) assert(given === undefined || given.includes("only-inside"), given);
      await assertOutsideUntouched(sandbox);
    };
    Deno.test({ name, ignore, fn: () => withRace(seams, race, check) });
  }

  Deno.test({
    name: `a directory swapped for the open and back before the proof gives nothing (held ${way})`,
    ignore,
    fn: () => {
      const swapBack = async ({ root }: Sandbox) => {
        await Deno.remove(`${root}/dir`);
        await Deno.rename(`${root}/moved`, `${root}/dir`);
      };
      const swapTwice = async (sandbox: Sandbox, step: Step) => {
        if (step === "open") await swapDirectory(sandbox);
        if (step === "verify") await swapBack(sandbox);
      };
      let sandbox: Sandbox | undefined;
      const pause = (step: Step) => swapTwice(sandbox!, step);
      return withSandbox(async (given) => {
        sandbox = given;
        await Deno.mkdir(`${given.root}/dir`);
        await Deno.writeTextFile(`${given.root}/${PATH}`, "public");
        const text = await attempt(read(given));
        assert(text === undefined || text === "public", text);
        await attempt(write(given));
        assertEquals(await Deno.readTextFile(`${given.outside}/secret.txt`), SECRET);
      }, { ...seams, pause });
    },
  });

  Deno.test({
    name: `no byte is written to a new file that turns out to lie outside (held ${way})`,
    ignore,
    fn: async () => {
      for (const attack of [swapDirectory, moveOut]) {
        let sandbox: Sandbox | undefined;
        const sizes: number[] = [];
        const pause = async (step: Step) => {
          if (step === "create") await attack(sandbox!);
          if (step === "commit") sizes.push(...await outsideSizes(sandbox!));
        };
        await withSandbox(async (given) => {
          sandbox = given;
          await Deno.mkdir(`${given.root}/dir`);
          await attempt(create(given));
          assertEquals(sizes.concat(await outsideSizes(given)).filter((size) => size > 0), []);
        }, { ...seams, pause });
      }
    },
  });

  Deno.test({
    name: `a directory that is moved out of the root takes nothing along (held ${way})`,
    ignore,
    fn: async () => {
      const uses: [Step, Race["use"]][] = [
        ["open", read],
        ["list", list],
        ["create", create],
        ["commit", write],
        ["delete", remove],
        ["delete", removeDir],
      ];
      for (const [step, use] of uses) {
        await withRace(seams, { step, attack: moveOut }, async (sandbox) => {
          await assertRejects(() => use(sandbox), GomcpError);
          const moved = `${sandbox.outside}/dir`;
          const text = await Deno.readTextFile(`${moved}/secret.txt`);
          assertEquals(text, "public", `${use}`);
          const names = (await Array.fromAsync(Deno.readDir(moved))).map(({ name }) => name);
          const expected = ["empty", "only-inside.txt", "secret.txt"];
          // What was begun there cannot be taken away by name, but it never takes a file's place.
          assertEquals(names.filter((name) => !name.startsWith(".gomcp-")).sort(), expected);
        });
      }
    },
  });

  Deno.test({
    name: `a file that appears meanwhile is not overwritten, if that was the wish (held ${way})`,
    ignore,
    fn: () => {
      const attack = ({ root }: Sandbox) => Deno.writeTextFile(`${root}/dir/new.txt`, "theirs");
      return withRace(seams, { step: "commit", attack }, async ({ fs, root }) => {
        const options = { ...WRITE, overwrite: false };
        const written = fs.write("dir/new.txt", BYTES, options);
        await assertRejects(() => written, GomcpError, "it exists already");
        assertEquals(await Deno.readTextFile(`${root}/dir/new.txt`), "theirs");
        assertEquals((await fs.list("dir", PAGE)).total, 4);
      });
    },
  });

  Deno.test({
    name: `a write that is cancelled before the rename changes nothing (held ${way})`,
    ignore,
    fn: () => {
      const controller = new AbortController();
      const attack = () => Promise.resolve(controller.abort());
      return withRace(seams, { step: "commit", attack }, async ({ fs, root }) => {
        const written = fs.write(PATH, BYTES, { ...WRITE, signal: controller.signal });
        const error = await assertRejects(() => written, GomcpError);
        assertEquals(error.code, "cancelled");
        assertEquals(await Deno.readTextFile(`${root}/${PATH}`), "public");
        assertEquals((await fs.list("dir", PAGE)).total, 3);
      });
    },
  });
}

const ATTACK_MS = 500;

/** Exchanges `dir` and a link to what lies outside, as fast as it can, for a while. */
const ATTACKER = `
const [root, ms] = [self.name.split("\\n")[0], Number(self.name.split("\\n")[1])];
const end = Date.now() + ms;
let rounds = 0;
while (Date.now() < end) {
  Deno.renameSync(root + "/dir", root + "/away");
  Deno.renameSync(root + "/link", root + "/dir");
  Deno.renameSync(root + "/dir", root + "/link");
  Deno.renameSync(root + "/away", root + "/dir");
  rounds++;
}
self.postMessage(rounds);
self.close();
`;

Deno.test({
  name: "nothing gets out or in while another thread swaps a directory as fast as it can",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withSandbox(async (sandbox) => {
      const { fs, root, outside } = sandbox;
      await Deno.mkdir(`${root}/dir`);
      await Deno.mkdir(`${outside}/empty`);
      await Deno.symlink(outside, `${root}/link`);
      const url = URL.createObjectURL(new Blob([ATTACKER], { type: "text/javascript" }));
      const worker = new Worker(url, { type: "module", name: `${root}\n${ATTACK_MS}` });
      let rounds = 0;
      worker.onmessage = ({ data }) => rounds = data;
      const ends = { public: 0, refused: 0 };
      while (rounds === 0) {
        await attempt(fs.write(PATH, new TextEncoder().encode("public"), WRITE));
        const given = await attempt(fs.read(PATH, ALL));
        assert(given === undefined || given === "public", given);
        const names = await attempt(fs.list("dir", PAGE));
        assert(names === undefined || !names.includes("empty"), names);
        await attempt(fs.delete(PATH));
        await attempt(fs.delete("dir/empty"));
        ends[given === undefined ? "refused" : "public"]++;
      }
      URL.revokeObjectURL(url);
      await assertOutsideUntouched(sandbox);
      assert(rounds > 100 && ends.public > 0, JSON.stringify({ rounds, ends }));
    }),
});

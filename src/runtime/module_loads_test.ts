/** What is loaded again and what is not, and when hosts are stopped. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { ModuleFiles } from "../base/module_source.ts";
import type { HostedModule, ToolHosts } from "../supervisor/hosts/tool_hosts.ts";
import { loadModules } from "./load_modules.ts";
import { ModuleLoads } from "./module_loads.ts";

/** Files in memory: a text names its tool, and whether it is inline; "broken" does not load. */
class World {
  readonly texts = new Map<string, string>();
  /** Modules that have hosts, in the order in which they were opened. */
  readonly hosted: string[] = [];
  /** Files that were evaluated in this process. */
  readonly evaluated: string[] = [];

  readonly files: ModuleFiles = {
    find: () => Promise.resolve({ files: [...this.texts.keys()].sort(), isFolder: true }),
    tree: (file) => Promise.resolve([{ path: file, hash: this.texts.get(file)! }]),
    load: (file) => {
      this.evaluated.push(file);
      return Promise.resolve({});
    },
  };

  readonly hosts: ToolHosts = {
    open: ({ module }) => {
      const text = this.texts.get(module)!;
      if (text === "broken") return Promise.reject(new Error("it is broken"));
      const name = `${module} ${text}`;
      this.hosted.push(name);
      const definition = {
        name: module,
        description: text,
        inputSchema: { type: "object" },
      };
      const isolation = text.startsWith("inline") ? "inline" : "process";
      const tools = [{ definition, isolation }];
      return Promise.resolve(
        {
          about: { tools, resources: [], prompts: [] },
          permissions: {} as HostedModule["permissions"],
          runner: () => () => Promise.reject(new Error("nobody calls")),
          close: () => {
            this.hosted.splice(this.hosted.indexOf(name), 1);
            return Promise.resolve();
          },
        } satisfies HostedModule,
      );
    },
    describe: () => Promise.resolve(new Map()),
    isReady: () => true,
    status: () => [],
    stop: () => Promise.resolve(),
  };

  readonly loads = new ModuleLoads(this.files, {
    hosts: this.hosts,
    pathOf: (file) => file,
    inspect: (file) => Promise.resolve({ files: [file], packages: "none" }),
    explain: () => Promise.resolve(undefined),
    grantsOf: () => [],
    parallel: 2,
  });

  constructor(texts: Readonly<Record<string, string>>) {
    for (const [file, text] of Object.entries(texts)) this.texts.set(file, text);
  }

  async load() {
    const load = await this.loads.begin();
    try {
      const { tools } = await loadModules(["all"], load.source);
      return { tools, waiting: load.end(), release: load.release };
    } catch (error) {
      load.end();
      load.release();
      throw error;
    }
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await undefined;
}

Deno.test("what has not changed is the same object in the same hosts; what has changed gets new ones", async () => {
  const world = new World({ a: "1", b: "1" });
  const first = await world.load();
  world.texts.set("b", "2");
  const second = await world.load();
  assertStrictEquals(second.tools[0]!.item, first.tools[0]!.item);
  assert(second.tools[1]!.item !== first.tools[1]!.item);
  assertEquals(world.hosted, ["a 1", "b 1", "b 2"], "the old one may still have calls");
  first.release();
  await settle();
  assertEquals(world.hosted, ["a 1", "b 2"]);
  second.release();
  await settle();
  assertEquals(world.hosted, []);
  await world.load();
  assertEquals(world.hosted, ["a 1", "b 2"], "what was released is loaded anew");
});

Deno.test("a load that fails leaves no host behind, also of files that were still under way", async () => {
  const world = new World({ a: "1", b: "1", c: "1" });
  const first = await world.load();
  for (const file of ["a", "c"]) world.texts.set(file, "2");
  world.texts.set("b", "broken");
  world.texts.set("d", "1");
  await assertRejects(() => world.load(), Error, "Cannot load b: it is broken");
  await settle();
  assertEquals(world.hosted, ["a 1", "b 1", "c 1"]);
  world.texts.set("b", "3");
  const second = await world.load();
  assertEquals(second.tools.map(({ item }) => item.definition.description), ["2", "3", "2", "1"]);
  first.release();
  await settle();
  assertEquals(world.hosted.sort(), ["a 2", "b 3", "c 2", "d 1"]);
});

Deno.test("a module that becomes inline is evaluated here, once, and waits when it changes again", async () => {
  const world = new World({ a: "1" });
  const { source } = await world.loads.begin();
  assert(source !== undefined);
  const other = new World({ a: "inline 1", b: "1" });
  assertEquals((await other.load()).waiting, []);
  assertEquals((await other.load()).waiting, []);
  other.texts.set("a", "inline 2");
  assertEquals((await other.load()).waiting, ["a"]);
  assertEquals((await other.load()).waiting, ["a"], "as long as it is so");
  other.texts.set("a", "inline 1");
  assertEquals((await other.load()).waiting, []);
  assertEquals(other.evaluated, ["a"]);
});

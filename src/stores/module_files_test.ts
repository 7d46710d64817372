/** Tool modules as files: which are found, and what they may import. */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { createModuleFiles } from "./module_files.ts";

const BUILTINS = { gomcp: { answer: 42 }, zod: { z: "zod's", default: "the default" } };

async function inFolder(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      if (name.includes("/")) await Deno.mkdir(`${folder}/${name.split("/")[0]}`);
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Deno's module hooks, once they are registered, wait for modules as long as the process lives. */
const LOADS_MODULES = { sanitizeOps: false } as const;

const source = createModuleFiles(BUILTINS);

Deno.test("find() gives a file as itself", async () => {
  await inFolder({ "a.ts": "", "b.js": "", "c.mjs": "" }, async (folder) => {
    for (const name of ["a.ts", "b.js", "c.mjs"]) {
      const path = `${folder}/${name}`;
      assertEquals(await source.find(path), { files: [path], isFolder: false });
    }
  });
});

Deno.test("find() gives a folder's modules by name, and nothing that is none", async () => {
  const files = {
    "b.ts": "",
    "a.mjs": "",
    "c.js": "",
    "d.tsx": "",
    "e.json": "",
    "README.md": "",
    "types.d.ts": "",
    "a_test.ts": "",
    "a.test.ts": "",
    "_private.ts": "",
    ".hidden.ts": "",
    "sub/inner.ts": "",
  };
  await inFolder(files, async (folder) => {
    for (const path of [folder, `${folder}/`, `${folder}//`]) {
      assertEquals(await source.find(path), {
        files: ["a.mjs", "b.ts", "c.js"].map((name) => `${folder}/${name}`),
        isFolder: true,
      });
    }
  });
});

Deno.test("find() refuses a path that is not there, and a file that is no module", async () => {
  await inFolder({ "tools.json": "" }, async (folder) => {
    const missing = await assertRejects(() => source.find(`${folder}/x.ts`), GomcpError);
    assertEquals(missing.message, `Cannot load ${folder}/x.ts: there is no such path`);
    const other = await assertRejects(() => source.find(`${folder}/tools.json`), GomcpError);
    assertEquals(other.message, `Cannot load ${folder}/tools.json: expected .ts, .js or .mjs`);
  });
});

Deno.test(
  "load() gives a module's exports, and shares with it what this program has",
  LOADS_MODULES,
  async () => {
    const text = `import { answer } from "gomcp";
import zod, { z } from "zod";
import { help } from "./help.ts";
export const all = [answer, z, zod, help];
export { answer };\n`;
    await inFolder({ "a.ts": text, "help.ts": "export const help = 7;\n" }, async (folder) => {
      const { all, answer } = await source.load(`${folder}/a.ts`);
      assertEquals(all, [42, "zod's", "the default", 7]);
      assertStrictEquals(answer, BUILTINS.gomcp.answer);
    });
  },
);

Deno.test("load() passes on what a module throws", LOADS_MODULES, async () => {
  await inFolder({ "a.ts": 'throw new Error("planted");\n' }, async (folder) => {
    await assertRejects(() => source.load(`${folder}/a.ts`), Error, "planted");
  });
});

Deno.test(
  "load() reads JSON that modules import, each as plain Deno does",
  LOADS_MODULES,
  async () => {
    const text = (json: string) =>
      `import { answer } from "gomcp";\nimport data from "./${json}" with { type: "json" };\n` +
      "export const all = [answer, data];\n";
    const files = {
      "a.ts": text("a.json"),
      "a.json": '{"k":1}',
      "b.ts": text("sub/b.json"),
      "sub/b.json": '{"k":2}',
      "c.ts": text("c.json"),
      "c.json": '{"k":',
    };
    await inFolder(files, async (folder) => {
      const [a, b] = await Promise.all(
        ["a.ts", "b.ts"].map((name) => source.load(`${folder}/${name}`)),
      );
      assertEquals([a!.all, b!.all], [[42, { k: 1 }], [42, { k: 2 }]]);
      await assertRejects(() => source.load(`${folder}/c.ts`), Error, "c.json");
    });
  },
);

Deno.test("load() leaves packages that require JSON as they were", LOADS_MODULES, async () => {
  const files = {
    "pack.cjs": 'module.exports = require("./data.json").answer;',
    "data.json": '{"answer":42}',
    "tool.mjs": 'import { createRequire } from "node:module";\n' +
      'export const answer = createRequire(import.meta.url)("./pack.cjs");',
  };
  await inFolder(files, async (folder) => {
    const { answer } = await source.load(`${folder}/tool.mjs`) as { answer: number };
    assertEquals(answer, 42);
  });
});

/** All the tools of a server, from small modules in a folder of their own. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { GomcpError } from "../src/base/errors.ts";
import { type LogFields, type Logger, SILENT_LOG } from "../src/base/log.ts";
import { readFlags } from "../src/config/flags.ts";
import { readServeConfig } from "../src/config/serve_config.ts";
import { SERVE_FLAGS } from "../src/config/serve_flags.ts";
import { createFeatureSource } from "./gather_features.ts";
import { openModules } from "./open_modules.ts";

async function inFolder(
  modules: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(modules)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function gather(args: readonly string[], warnings: LogFields[] = []) {
  const config = readServeConfig(readFlags(SERVE_FLAGS, args, () => undefined));
  const log: Logger = { ...SILENT_LOG, warn: (_, fields = {}) => warnings.push(fields) };
  const modules = openModules(config.hosts, log, 1_000);
  try {
    const { tools } = await createFeatureSource(config, modules, log).load();
    return tools.map(({ name }) => name);
  } finally {
    await modules.hosts?.stop();
  }
}

/** Deno's module hooks, once they are registered, wait for modules as long as the process lives. */
const LOADS_MODULES = { sanitizeOps: false } as const;

function moduleOf(name: string, more = ""): string {
  return `import { defineTool } from "gomcp";
export default defineTool({ name: "${name}", description: "x", handler: () => "", ${more} });\n`;
}

Deno.test("a server has the built-in tools, and those for files only with a root", async () => {
  assertEquals(await gather([]), ["echo"]);
  await inFolder({}, async (folder) => {
    const names = await gather([`--root=${folder}`]);
    assert(names.length > 1 && names.includes("echo") && names.includes("read_file"));
  });
});

Deno.test(
  "a server has the tools of the modules that it is told, which need nothing installed",
  LOADS_MODULES,
  async () => {
    await inFolder({ "b.ts": moduleOf("b"), "a.ts": moduleOf("a") }, async (folder) => {
      assertEquals(await gather([`--tools=${folder}`]), ["echo", "a", "b"]);
      assertEquals(await gather([`--tools=${folder}/b.ts`]), ["echo", "b"]);
    });
  },
);

Deno.test("a module may not take the name of a built-in tool", LOADS_MODULES, async () => {
  await inFolder({ "mine.ts": moduleOf("echo") }, async (folder) => {
    const file = `${folder}/mine.ts`;
    const error = await assertRejects(() => gather([`--tools=${file}`]), GomcpError);
    assertEquals(
      error.message,
      `Cannot load ${file}: the name of its tool "echo" is that of a built-in one`,
    );
  });
});

Deno.test(
  "an inline tool that declares permissions is warned of: it is not confined by them",
  LOADS_MODULES,
  async () => {
    const inline = 'isolation: "inline", permissions: { net: ["example.com"] }';
    const modules = { "mine.ts": moduleOf("mine", inline) };
    await inFolder(modules, async (folder) => {
      const warnings: LogFields[] = [];
      await gather([`--tools=${folder}`], warnings);
      assertEquals(warnings, [{ tool: "mine", file: `${folder}/mine.ts` }]);
    });
  },
);

Deno.test("a root that is no folder is refused", async () => {
  await assertRejects(() => gather(["--root=does/not/exist"]), GomcpError);
});

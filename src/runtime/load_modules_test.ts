/** Tools from modules: what is found, and every message when something is not right. */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import type { ModuleSource } from "../base/module_source.ts";
import { defineTool } from "../tools/define_tool.ts";
import type { Tool } from "../tools/tool.ts";
import { loadModules } from "./load_modules.ts";

type Exports = Readonly<Record<string, unknown>>;

function toolOf(name: string): Tool {
  return defineTool({ name, description: "Runs.", handler: () => "" });
}

/** Modules by their path; a path that ends with "/" is a folder. */
function sourceOf(modules: Readonly<Record<string, Exports | (() => Exports)>>): ModuleSource {
  return {
    find: (path) => {
      const isFolder = path.endsWith("/");
      const files = Object.keys(modules).filter((file) =>
        isFolder ? file.startsWith(path) : file === path
      );
      if (files.length === 0 && !isFolder) {
        return Promise.reject(new GomcpError("invalid_request", `Cannot load ${path}: no such`));
      }
      return Promise.resolve({ files, isFolder });
    },
    load: (file) => {
      const module = modules[file]!;
      return new Promise((resolve) => resolve(typeof module === "function" ? module() : module));
    },
  };
}

async function load(modules: Parameters<typeof sourceOf>[0], ...paths: string[]) {
  const { tools } = await loadModules(paths, sourceOf(modules));
  return tools.map(({ item, file }) => `${item.name} of ${file}`);
}

async function refusal(modules: Parameters<typeof sourceOf>[0], ...paths: string[]) {
  const error = await assertRejects(() => load(modules, ...paths), GomcpError);
  assertEquals(error.code, "invalid_request");
  return error;
}

const a = toolOf("a");

Deno.test("loadModules() finds tools among a module's exports, in arrays and as the default", async () => {
  const module = {
    a,
    default: toolOf("b"),
    list: [toolOf("c"), toolOf("d"), 7, null],
    VERSION: "1",
    helper: () => 0,
    nothing: null,
    options: { name: "x" },
  };
  assertEquals(await load({ "m.ts": module }, "m.ts"), [
    "a of m.ts",
    "b of m.ts",
    "c of m.ts",
    "d of m.ts",
  ]);
});

Deno.test("loadModules() takes a tool that is exported twice once", async () => {
  assertEquals(await load({ "m.ts": { a, default: a, all: [a] } }, "m.ts"), ["a of m.ts"]);
});

Deno.test("loadModules() takes a path that is named twice once", async () => {
  assertEquals(await load({ "m.ts": { a } }, "m.ts", "m.ts"), ["a of m.ts"]);
});

Deno.test("loadModules() takes a folder's modules, and those without tools for helpers of others", async () => {
  const modules = {
    "dir/a.ts": { a },
    "dir/helper.ts": { help: 1 },
    "dir/z.ts": { z: toolOf("z") },
  };
  assertEquals(await load(modules, "dir/"), ["a of dir/a.ts", "z of dir/z.ts"]);
});

Deno.test("loadModules() keeps the order of the paths", async () => {
  const modules = { "1.ts": { a }, "2.ts": { b: toolOf("b") } };
  assertEquals(await load(modules, "2.ts", "1.ts"), ["b of 2.ts", "a of 1.ts"]);
});

Deno.test("loadModules() of no paths has no tools", async () => {
  assertEquals(await load({}), []);
});

Deno.test("loadModules() says that a module exports no tool", async () => {
  const { message } = await refusal({ "m.ts": { help: 1 } }, "m.ts");
  assertEquals(
    message,
    "Cannot load m.ts: it exports no tool, expected an export made by " +
      "defineTool, defineResource or definePrompt",
  );
});

Deno.test("loadModules() says that a folder has no tool, or nothing", async () => {
  const expected = "Cannot load dir/: it exports no tool, expected an export made by " +
    "defineTool, defineResource or definePrompt";
  assertEquals((await refusal({ "dir/m.ts": {} }, "dir/")).message, expected);
  assertEquals((await refusal({}, "dir/")).message, expected);
});

Deno.test("loadModules() says that an export is a plain object, and which", async () => {
  const forgotten = { name: "oops", description: "x", handler: () => "" };
  for (const module of [{ mine: forgotten }, { a, mine: [a, forgotten] }]) {
    const { message } = await refusal({ "m.ts": module }, "m.ts");
    assertEquals(
      message,
      'Cannot load m.ts: export "mine" (tool "oops") is a plain object, ' +
        "expected what defineTool returns",
    );
  }
});

Deno.test("loadModules() says whose name is taken by whom", async () => {
  const modules = { "1.ts": { a }, "2.ts": { other: toolOf("a") } };
  assertEquals(
    (await refusal(modules, "1.ts", "2.ts")).message,
    'Cannot load 2.ts: the name of its tool "a" is taken by the one of 1.ts',
  );
  assertEquals(
    (await refusal({ "m.ts": { a, b: toolOf("a") } }, "m.ts")).message,
    'Cannot load m.ts: the name of its tool "a" is taken by the one of m.ts',
  );
});

Deno.test("loadModules() names the file of what a module throws, and keeps the cause", async () => {
  for (const thrown of [new Error("boom"), "boom"]) {
    const module = () => {
      throw thrown;
    };
    const error = await refusal({ "m.ts": module }, "m.ts");
    assertEquals(error.message, "Cannot load m.ts: boom");
    assertStrictEquals(error.cause, thrown);
  }
});

Deno.test("loadModules() says in one line what a module says in several", async () => {
  const module = () => {
    throw new Error("Expected ';'\n  at line 1\n\n  ~~~");
  };
  const { message } = await refusal({ "m.ts": module }, "m.ts");
  assertEquals(message, "Cannot load m.ts: Expected ';' at line 1 ~~~");
});

Deno.test("loadModules() names the file and the tool of what defineTool refuses", async () => {
  const module = () => ({ bad: defineTool({ name: "bad", description: "", handler: () => "" }) });
  assertEquals(
    (await refusal({ "m.ts": module }, "m.ts")).message,
    'Cannot load m.ts: Cannot define tool "bad": its description is missing, ' +
      "expected a sentence for the model",
  );
});

Deno.test("loadModules() does not name a file twice when its source has named it", async () => {
  const module = () => {
    throw new GomcpError("invalid_request", "Cannot load m.ts: the lock file has no npm:x");
  };
  assertEquals(
    (await refusal({ "m.ts": module }, "m.ts")).message,
    "Cannot load m.ts: the lock file has no npm:x",
  );
});

Deno.test("loadModules() passes on that there is no such path", async () => {
  assertEquals((await refusal({}, "m.ts")).message, "Cannot load m.ts: no such");
});

Deno.test("loadModules() loads nothing after the first fault", async () => {
  const modules = {
    "1.ts": {},
    "2.ts": () => {
      throw new Error("must not be loaded");
    },
  };
  assertEquals((await refusal(modules, "1.ts", "2.ts")).message.includes("1.ts"), true);
});

/** Shows the rule `gomcp/no-ambient-io` catching planted violations and passing legal code. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { plugin } from "./gomcp.ts";

/** What the rule says about planted text; the plugin's other rule is left out. */
function lint(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, file, source)
    .filter((found) => found.id === "gomcp/no-ambient-io")
    .map((found) => found.message);
}

const REFUSED: string[] = [
  `Deno.readTextFileSync("x");`,
  `const { env } = Deno;`,
  `export function f(conn: Deno.Conn) { return conn; }`,
  `type Conn = Deno.Conn;`,
  `globalThis.Deno;`,
  `const { setTimeout: later } = globalThis;`,
  `const all = globalThis;`,
  `new Worker("x.ts");`,
  `new WebSocket("ws://localhost");`,
  `localStorage.setItem("a", "b");`,
  `process.exit(1);`,
  `console.log("x");`,
  `const log = console;`,
  `globalThis.console.error("x");`,
  `setTimeout(() => {}, 1);`,
  `setInterval(() => {}, 1);`,
  `clearTimeout(1);`,
  `clearInterval(1);`,
  `setImmediate(() => {});`,
  `globalThis.setTimeout(() => {}, 1);`,
  `globalThis["setTimeout"](() => {}, 1);`,
  `self.setTimeout(() => {}, 1);`,
  `const later = setTimeout;`,
  `const port = { setTimeout };`,
  `export function f(later = setTimeout) { return later; }`,
  `function f(g: number) { return g; }\nsetTimeout(f, 1);`,
  `{ const setTimeout = 1; }\nsetTimeout(() => {}, 1);`,
  `await fetch("http://localhost");`,
  `export const f = (options: { fetch?: typeof globalThis.fetch }) => options.fetch ?? fetch;`,
  `declare const fetch: unknown;`,
  `Date.now();`,
  `const now = Date.now;`,
  `globalThis.Date.now();`,
  `new Date();`,
  `new globalThis.Date();`,
  `Date();`,
  `performance.now();`,
  `Math.random();`,
  `AbortSignal.timeout(1);`,
  `import fs from "node:fs";`,
  `import type { Socket } from "node:net";`,
  `export { spawn } from "node:child_process";`,
  `await import("node:timers");`,
];

const ALLOWED: string[] = [
  `clock.setTimeout(() => {}, 1);`,
  `this.clock.now();`,
  `class A { setTimeout = 1; clearTimeout() { return this.setTimeout; } }`,
  `interface Clock { setTimeout(run: () => void, ms: number): number; fetch: () => void }`,
  `const port = { setTimeout: later, fetch() {} };`,
  `type Fetch = typeof fetch; type F2 = typeof globalThis.fetch;`,
  `type Load = (fetch: () => void) => void;`,
  `function f(fetch: () => void) { return fetch(); }`,
  `const f = ({ fetch, log: { console } }: Options) => fetch(console);`,
  `const f = ([setTimeout = later, ...process]: Ports) => setTimeout(process);`,
  `class A { constructor(private fetch: () => void) { fetch(); } }`,
  `import { setTimeout } from "./clock.ts"; setTimeout(1);`,
  `import { setTimeout as later } from "./clock.ts"; later(1);`,
  `function f() { const Date = clock; return Date.now(); }`,
  `for (const process of processes) process.kill();`,
  `for (let process = 0; process < 2; process++) process;`,
  `try { f(); } catch (console) { throw console; }`,
  `const later = 1; export { later as setTimeout };`,
  `queueMicrotask(() => {});`,
  `crypto.randomUUID(); crypto.getRandomValues(bytes);`,
  `new Date(0); new Date(text); Date.parse(text); Date.UTC(2000);`,
  `Math.floor(1.5); performance.mark("x"); AbortSignal.any([]);`,
  `import { createHash } from "node:crypto"; import "node:path"; import "node:url";`,
  `import { z } from "zod";`,
  `// console.log("x")\nconst s = "Date.now()";`,
];

/** Files that may do I/O, and files that no rule of the core concerns. */
const EDGES: string[] = [
  "src/adapters/http/serve.ts",
  "src/stores/files.ts",
  "src/supervisor/host.ts",
  "src/supervisor/host_process.ts",
  "src/supervisor/host/frames.ts",
  "src/base/clock.ts",
  "src/base/errors_test.ts",
  "cli/main.ts",
  "mod.ts",
  "scripts/ok.ts",
  "tests/a.ts",
];

const CORE: string[] = [
  "src/base/fake_clock.ts",
  "src/base/clock_table.ts",
  "src/runtime/a.ts",
  "src/client/a.ts",
  "src/upstreams/a.ts",
  "src/supervisor/restart.ts",
  "/usr/src/app/src/audit/a.ts",
];

for (const source of REFUSED) {
  Deno.test(`gomcp/no-ambient-io refuses ${source.replaceAll("\n", " ")}`, () => {
    assertEquals(lint("src/audit/a.ts", source).length, 1);
  });
}

for (const source of ALLOWED) {
  Deno.test(`gomcp/no-ambient-io allows ${source.replaceAll("\n", " ")}`, () => {
    assertEquals(lint("src/audit/a.ts", source), []);
  });
}

Deno.test("gomcp/no-ambient-io leaves the edges of the program alone", () => {
  for (const file of EDGES) assertEquals(lint(file, `console.log(Date.now());`), [], file);
});

Deno.test("gomcp/no-ambient-io holds everywhere else in src/", () => {
  for (const file of CORE) assertEquals(lint(file, `console.log(Date.now());`).length, 2, file);
});

Deno.test("gomcp/no-ambient-io names what it refuses", () => {
  assertStringIncludes(lint("src/audit/a.ts", `Date.now();`)[0] ?? "", "Date.now is ambient I/O");
});

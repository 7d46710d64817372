/** Flags: the command line before the environment before the default; and what is refused. */
import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { GomcpError } from "../base/errors.ts";
import { envName, type Flag, flagHelp, originOf, readFlags } from "./flags.ts";

const FLAGS: readonly Flag[] = [
  { name: "mode", kind: "text", value: "MODE", default: "http", help: "how" },
  { name: "tools", kind: "list", value: "PATH", help: "what" },
  { name: "root", kind: "text", value: "DIR", help: "where" },
  { name: "max-workers", kind: "text", value: "N", default: "100", help: "how many" },
  { name: "allow-host", kind: "list", value: "NAME", flagOnly: true, help: "whom" },
  { name: "secret", kind: "text", value: "TEXT", flagOnly: true, default: "none", help: "psst" },
  { name: "verbose", kind: "switch", help: "loud" },
  { name: "allow-anonymous", kind: "switch", flagOnly: true, help: "anybody" },
];

function read(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return readFlags(FLAGS, args, (name) => env[name]);
}

function refusal(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const error = assertThrows(() => read(args, env), GomcpError);
  assertEquals(error.code, "invalid_request");
  return error.message;
}

Deno.test("readFlags() gives the defaults when nothing is said", () => {
  assertEquals(read([]), {
    mode: "http",
    tools: [],
    root: undefined,
    "max-workers": "100",
    "allow-host": [],
    secret: "none",
    verbose: false,
    "allow-anonymous": false,
  });
});

const SPELLINGS = [["--mode=x"], ["--mode", "x"], ["-mode=x"], ["-mode", "x"]];

for (const args of SPELLINGS) {
  Deno.test(`readFlags() takes a flag as ${args.join(" ")}`, () => {
    assertEquals(read(args).mode, "x");
  });
}

const ORDER: readonly (readonly [readonly string[], Readonly<Record<string, string>>, string])[] = [
  [[], {}, "100"],
  [[], { GOMCP_MAX_WORKERS: "7" }, "7"],
  [["--max-workers=3"], {}, "3"],
  [["--max-workers=3"], { GOMCP_MAX_WORKERS: "7" }, "3"],
  [["--max-workers=3", "--max-workers=4"], { GOMCP_MAX_WORKERS: "7" }, "4"],
];

for (const [args, env, value] of ORDER) {
  Deno.test(`readFlags() takes ${value} from [${args}] and ${JSON.stringify(env)}`, () => {
    assertEquals(read(args, env)["max-workers"], value);
  });
}

Deno.test("readFlags() takes an empty environment variable for one that is not set", () => {
  const env = { GOMCP_MODE: "", GOMCP_ROOT: "", GOMCP_TOOLS: "" };
  const { mode, root, tools } = read([], env);
  assertEquals({ mode, root, tools }, { mode: "http", root: undefined, tools: [] });
});

Deno.test("readFlags() collects a list from the command line, in order", () => {
  const args = ["--tools=a", "--tools", "b", "-tools=c,d"];
  assertEquals(read(args, { GOMCP_TOOLS: "e" }).tools, ["a", "b", "c,d"]);
});

Deno.test("readFlags() splits a list of the environment at its commas", () => {
  assertEquals(read([], { GOMCP_TOOLS: "a,b" }).tools, ["a", "b"]);
  assertEquals(read([], { GOMCP_TOOLS: "a" }).tools, ["a"]);
});

Deno.test("readFlags() never takes from the environment what stands on the command line only", () => {
  const env = {
    GOMCP_ALLOW_HOST: "evil.example",
    GOMCP_SECRET: "x",
    GOMCP_ALLOW_ANONYMOUS: "true",
  };
  const values = read([], env);
  assertEquals(
    [values["allow-host"], values.secret, values["allow-anonymous"]],
    [[], "none", false],
  );
});

const SWITCHES:
  readonly (readonly [readonly string[], Readonly<Record<string, string>>, boolean])[] = [
    [["--verbose"], {}, true],
    [["-verbose"], {}, true],
    [["--verbose=true"], {}, true],
    [["--verbose=false"], {}, false],
    [[], { GOMCP_VERBOSE: "true" }, true],
    [[], { GOMCP_VERBOSE: "false" }, false],
    [[], { GOMCP_VERBOSE: "" }, false],
    [["--verbose=false"], { GOMCP_VERBOSE: "true" }, false],
  ];

for (const [args, env, on] of SWITCHES) {
  Deno.test(`readFlags() turns a switch ${on ? "on" : "off"} by [${args}] and ${JSON.stringify(env)}`, () => {
    assertEquals(read(args, env).verbose, on);
  });
}

Deno.test("readFlags() refuses a switch in the environment that is neither on nor off", () => {
  for (const value of ["1", "yes", "TRUE", "no"]) {
    const expected = `Cannot read GOMCP_VERBOSE: it is "${value}", expected true or false`;
    assertEquals(refusal([], { GOMCP_VERBOSE: value }), expected);
  }
});

Deno.test("readFlags() does not take a switch that is said to be off for one that is on", () => {
  for (const arg of ["--allow-anonymous=no", "--allow-anonymous=0", "--allow-anonymous=off"]) {
    let on: unknown = false;
    try {
      on = read([arg])["allow-anonymous"];
    } catch (error) {
      assertEquals(error instanceof GomcpError, true);
    }
    assertEquals(on, false, arg);
  }
});

const MISSING: readonly (readonly [readonly string[], string])[] = [
  [["--mode"], "--mode=MODE"],
  [["--mode="], "--mode=MODE"],
  [["--mode", "--verbose"], "--mode=MODE"],
  [["--tools"], "--tools=PATH"],
  [["--tools="], "--tools=PATH"],
  [["--tools=a", "--tools"], "--tools=PATH"],
  [["--root="], "--root=DIR"],
];

for (const [args, expected] of MISSING) {
  Deno.test(`readFlags() says that a value is missing in [${args}]`, () => {
    const [flag] = expected.split("=");
    assertEquals(refusal(args), `Cannot read ${flag}: it has no value, expected ${expected}`);
  });
}

const UNKNOWN: readonly (readonly [string, string])[] = [
  ["--mod=x", "Cannot read --mod: there is no such flag; did you mean --mode?"],
  ["--Mode=x", "Cannot read --Mode: there is no such flag; did you mean --mode?"],
  [
    "--max-worker=1",
    "Cannot read --max-worker: there is no such flag; did you mean --max-workers?",
  ],
  ["--roots=x", "Cannot read --roots: there is no such flag; did you mean --root?"],
  ["--colour=x", "Cannot read --colour: there is no such flag; see --help"],
  [
    "--max_workers=1",
    "Cannot read --max_workers: there is no such flag; did you mean --max-workers?",
  ],
  ["-colour", "Cannot read --colour: there is no such flag; see --help"],
  ["--mode.x=1", "Cannot read --mode.x: there is no such flag; did you mean --mode?"],
  ["--__proto__=1", "Cannot read --__proto__: there is no such flag; see --help"],
  ["--constructor=1", "Cannot read --constructor: there is no such flag; see --help"],
  ["stdio", 'Cannot read "stdio": expected flags only'],
  ["7", 'Cannot read "7": expected flags only'],
];

for (const [arg, message] of UNKNOWN) {
  Deno.test(`readFlags() refuses ${arg}`, () => {
    assertEquals(refusal([arg]), message);
  });
}

Deno.test("readFlags() refuses what stands behind a lone --, too", () => {
  for (const args of [["--", "stdio"], ["--", "--mode=x"], ["--mode=x", "--", "y"]]) refusal(args);
});

Deno.test("readFlags() gives a value back as it was written", () => {
  const value = fc.string({ minLength: 1, unit: "grapheme" });
  fc.assert(fc.property(value, (value) => {
    assertEquals(read([`--root=${value}`]).root, value);
    assertEquals(read([], { GOMCP_ROOT: value }).root, value);
    assertEquals(read([`--tools=${value}`]).tools, [value]);
  }));
});

Deno.test("envName() is the flag's name in the environment", () => {
  assertEquals(FLAGS.slice(0, 4).map(envName), [
    "GOMCP_MODE",
    "GOMCP_TOOLS",
    "GOMCP_ROOT",
    "GOMCP_MAX_WORKERS",
  ]);
});

Deno.test("originOf() names where a value came from, as the user would", () => {
  const env = { GOMCP_MODE: "x", GOMCP_ROOT: "", GOMCP_SECRET: "x" };
  const of = (...args: string[]) => originOf(FLAGS, args, (name) => env[name as keyof typeof env]);
  assertEquals(of()("mode"), "GOMCP_MODE");
  for (const args of [["--mode=y"], ["--mode", "y"], ["-mode=y"], ["-mode", "y"]]) {
    assertEquals(of(...args)("mode"), "--mode");
  }
  // Not set, empty, or never taken from the environment.
  assertEquals(["max-workers", "root", "secret"].map(of()), [
    "--max-workers",
    "--root",
    "--secret",
  ]);
});

Deno.test("flagHelp() has a line for every flag, with its value and default", () => {
  const lines = flagHelp(FLAGS).split("\n");
  assertEquals(lines.length, FLAGS.length);
  assertEquals(lines[0], "  --mode=MODE        how [http]");
  assertEquals(lines[6], "  --verbose          loud");
});

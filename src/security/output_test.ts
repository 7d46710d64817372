/** What leaves the server: nothing that steers a terminal, no secret where the policy masks them. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import * as fc from "fast-check";
import { answered, type Outcome, toolFailure } from "../pipeline/outcome.ts";
import { cleanEvent, cleanOutcome, isClean, stripTerminal } from "./output.ts";
import { DEFAULT_OUTPUTS } from "./policy.ts";
import { maskSecrets } from "./secrets.ts";

const STRIPPED: readonly (readonly [string, string])[] = [
  ["\x1b[31mred\x1b[0m", "red"],
  ["\x1b]0;title\x07text", "text"],
  ["\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"],
  ["a\x9b2Jb", "ab"],
  ["\x1bPq#0\x1b\\after", "after"],
  ["\x1bcreset", "reset"],
  ["bell\x07 back\b del\x7f c1\x85", "bell back del c1"],
  ["tab\tline\r\nend", "tab\tline\r\nend"],
  ["cut \x1b[", "cut "],
  ["größe 中文 😀", "größe 中文 😀"],
];

for (const [text, expected] of STRIPPED) {
  Deno.test(`stripTerminal() makes ${JSON.stringify(expected)} of it`, () => {
    assertEquals(stripTerminal(text), expected);
  });
}

Deno.test("stripTerminal() leaves no control character but tab and line ends", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    // deno-lint-ignore no-control-regex -- control characters are what this looks for
    assertEquals(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(stripTerminal(text)), false);
  }));
});

Deno.test("a clean result comes back as the same object", () => {
  const outcome = toolFailure("fine\n");
  assertEquals(isClean(outcome, DEFAULT_OUTPUTS), true);
  assertStrictEquals(cleanOutcome(outcome, DEFAULT_OUTPUTS).outcome, outcome);
});

Deno.test("text blocks and embedded texts are cleaned, and rendered again", () => {
  const resource = { uri: "test://a", text: "\x1b[1mx" };
  const outcome: Outcome = {
    kind: "result",
    result: {
      content: [{ type: "text", text: "\x1b[1mx" }, { type: "resource", resource }],
      isError: true,
    },
    members: "stale",
  };
  assertEquals(isClean(outcome, DEFAULT_OUTPUTS), false);
  assertEquals(cleanOutcome(outcome, DEFAULT_OUTPUTS).outcome, {
    kind: "result",
    result: {
      content: [{ type: "text", text: "x" }, {
        type: "resource",
        resource: { uri: "test://a", text: "x" },
      }],
      isError: true,
    },
    members: undefined,
  });
  const kept = { ...DEFAULT_OUTPUTS, terminal: "keep" } as const;
  assertEquals(isClean(outcome, kept), true);
});

/** Resources' contents and prompts' messages, as the wire has them and as they may go out. */
const ANSWERS: readonly (readonly [string, string])[] = [
  [
    '"contents":[{"uri":"a:b","text":"\\u001b[31mred\\u001b[0m"}]',
    '"contents":[{"uri":"a:b","text":"red"}]',
  ],
  [
    '"messages":[{"role":"user","content":{"type":"text","text":"a\\bb\\fc"}}]',
    '"messages":[{"role":"user","content":{"type":"text","text":"abc"}}]',
  ],
  [
    '"completion":{"values":["\\u001B]0;t\\u0007x","\x9b2Jy","\x7fz"]}',
    '"completion":{"values":["x","y","z"]}',
  ],
  [
    '"contents":[{"uri":"a:b","text":"\\u009b2Jx\\u007f"}]',
    '"contents":[{"uri":"a:b","text":"x"}]',
  ],
];

for (const [members, expected] of ANSWERS) {
  Deno.test(`of an answer that is no tool's, ${expected} goes out`, () => {
    const outcome = answered(members);
    assertEquals(isClean(outcome, DEFAULT_OUTPUTS), false);
    assertEquals(cleanOutcome(outcome, DEFAULT_OUTPUTS).outcome, answered(expected));
    const kept = { ...DEFAULT_OUTPUTS, terminal: "keep" } as const;
    assertEquals(isClean(outcome, kept), true);
    assertStrictEquals(cleanOutcome(outcome, kept).outcome, outcome);
  });
}

Deno.test("an answer without controls is the same object, escapes and other scripts included", () => {
  const members = String.raw`"contents":[{"uri":"a:b","text":"C:\\bin\\u001 größe\n\t\"中文\""}]`;
  const outcome = answered(members);
  assertStrictEquals(cleanOutcome(outcome, DEFAULT_OUTPUTS).outcome, outcome);
  assertEquals(isClean(answered('"contents":[{"text":"größe\\n"}]'), DEFAULT_OUTPUTS), true);
});

Deno.test("isClean() sees whatever an answer would lose, in any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const outcome = answered(`"description":${JSON.stringify(text)}`);
    const cleaned = cleanOutcome(outcome, DEFAULT_OUTPUTS).outcome;
    assertEquals(cleaned, answered(`"description":${JSON.stringify(stripTerminal(text))}`));
    if (isClean(outcome, DEFAULT_OUTPUTS)) assertStrictEquals(cleaned, outcome);
  }));
});

Deno.test("what a handler says ahead of its result is cleaned like the result", () => {
  const policy = { terminal: "strip", secrets: "mask" } as const;
  const secret = "AKIA" + "ABCDEFGHIJKLMNOP";
  const progress = { kind: "progress", progress: 1, total: undefined } as const;
  assertEquals(cleanEvent({ ...progress, message: `\x1b[1m${secret}` }, policy), {
    event: { ...progress, message: "[masked aws_key_id]" },
    secrets: 1,
  });
  const log = { kind: "log", level: "info" } as const;
  assertEquals(cleanEvent({ ...log, data: { message: "\x1b[1mx", at: [secret] } }, policy), {
    event: { ...log, data: { message: "x", at: ["[masked aws_key_id]"] } },
    secrets: 1,
  });
  const content = { kind: "content", block: { type: "text", text: "\x1b[1mx" } } as const;
  assertEquals(cleanEvent(content, policy).event, {
    kind: "content",
    block: { type: "text", text: "x" },
  });
  const quiet = { ...progress, message: undefined };
  assertStrictEquals(cleanEvent(quiet, policy).event, quiet);
});

/** Put together here, so that nobody's scanner takes this file for a leak. */
const SECRETS: readonly (readonly [string, string])[] = [
  [
    "private_key",
    "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIEabc+/=\n-----END RSA PRIVATE KEY-----",
  ],
  ["aws_key_id", "AKIA" + "ABCDEFGHIJKLMNOP"],
  ["github_token", "ghp" + "_" + "a1B2".repeat(9)],
  ["gitlab_token", "glpat" + "-" + "a".repeat(20)],
  ["slack_token", "xoxb" + "-123456789012-abcdefghij"],
  ["stripe_key", "sk_live" + "_" + "a1".repeat(12)],
  ["model_key", "sk-" + "ant-" + "a1B2".repeat(10)],
  ["google_key", "AIza" + "S".repeat(35)],
  ["npm_token", "npm" + "_" + "a1B2".repeat(9)],
  ["huggingface_token", "hf" + "_" + "aB".repeat(17)],
  ["jwt", "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0" + ".abcDEF123456-_x"],
];

for (const [name, secret] of SECRETS) {
  Deno.test(`maskSecrets() masks a ${name} and what stands around it stays`, () => {
    const { text, count } = maskSecrets(`key: "${secret}", next`);
    assertEquals([text, count], [`key: "[masked ${name}]", next`, 1]);
  });
}

Deno.test("secrets are masked, told or left alone, as the policy says", () => {
  const [, secret] = SECRETS[1]!;
  const outcome: Outcome = {
    kind: "result",
    result: { content: [{ type: "text", text: secret }], structuredContent: { a: [secret] } },
    members: undefined,
  };
  const clean = (secrets: "off" | "report" | "mask") =>
    cleanOutcome(outcome, { terminal: "strip", secrets });
  assertStrictEquals(clean("off").outcome, outcome);
  assertEquals(clean("report"), { outcome, secrets: 2 });
  const masked = clean("mask");
  assertEquals(JSON.stringify(masked.outcome).includes(secret), false);
  const answer = cleanOutcome(answered(`"contents":"${secret}"`), {
    terminal: "strip",
    secrets: "mask",
  });
  assertEquals(answer, { outcome: answered('"contents":"[masked aws_key_id]"'), secrets: 1 });
});

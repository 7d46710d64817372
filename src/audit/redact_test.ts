/** Redaction: what is taken out, what stays, and that equal secrets are seen to be equal. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { LIMITS } from "../base/limits.ts";
import { createRedactor, type RedactOptions } from "./redact.ts";
import { SECRET_SHAPES, type SecretShape } from "./secret_shapes.ts";
import { TenantKeys } from "./tenant_keys.ts";

const KEYS = new TenantKeys(new Uint8Array(32));
const hash = (text: string) => KEYS.hash("t", text);

/** What is on record of a value. */
function recorded(value: unknown, options: RedactOptions = {}): unknown {
  const { text } = createRedactor(options)(value, hash);
  return text === undefined ? undefined : JSON.parse(text);
}

const SECRET = `hmac:${hash("s3cret")}`;

for (
  const key of ["password", "Password", "db_password", "client_secret", "apiKey", "x-api-key"]
    .concat(["access_token", "refreshToken", "Authorization", "cookie", "AWS_SECRET_ACCESS_KEY"])
) {
  Deno.test(`what is named ${key} is taken out, wherever it stands`, () => {
    assertEquals(recorded({ [key]: "s3cret" }), { [key]: SECRET });
    assertEquals(recorded({ a: [{ b: { [key]: "s3cret" } }] }), { a: [{ b: { [key]: SECRET } }] });
  });
}

Deno.test("what is no secret stays as it is", () => {
  const value = { text: "hello", n: 1, tokens: 5, list: [true, null, ""], path: "/a/b" };
  assertEquals(recorded(value), value);
  assertEquals(createRedactor({})(value, hash).redacted, false);
});

Deno.test("nothing hides nothing", () => {
  assertEquals(recorded({ password: "", secret: null }), { password: "", secret: null });
});

Deno.test("what is no text is hashed as JSON", () => {
  assertEquals(recorded({ pin: 1234 }), { pin: `hmac:${hash("1234")}` });
  assertEquals(recorded({ secrets: { a: 1 } }), { secrets: `hmac:${hash('{"a":1}')}` });
});

Deno.test("names and pointers of the policy are taken out", () => {
  const value = { card: { number: "s3cret", name: "Ada" }, items: [{ id: "s3cret" }, { id: "x" }] };
  assertEquals(recorded(value, { pointers: ["/card/number", "/items/*/id"] }), {
    card: { number: SECRET, name: "Ada" },
    items: [{ id: SECRET }, { id: `hmac:${hash("x")}` }],
  });
  assertEquals(recorded({ "a/b": { "c~d": "s3cret" } }, { pointers: ["/a~1b/c~0d"] }), {
    "a/b": { "c~d": SECRET },
  });
  assertEquals(recorded({ Mine: "s3cret" }, { keys: ["mi?e"] }), { Mine: SECRET });
  assertEquals(recorded({ password: "s3cret" }, { defaultKeys: false }), { password: "s3cret" });
});

const SHAPES: readonly (readonly [SecretShape, string])[] = [
  ["private_key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----"],
  ["jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"],
  ["authorization", "Bearer abcdef0123456789"],
  ["aws_key", "AKIAIOSFODNN7EXAMPLE"],
  ["github_token", "ghp_" + "a1".repeat(18)],
  ["slack_token", "xoxb-" + "1234567890-abc"],
  ["stripe_key", "sk_" + "live_" + "a1".repeat(12)],
  ["openai_key", "sk-" + "proj-" + "a1".repeat(12)],
  ["google_key", "AIza" + "a".repeat(35)],
  ["url_password", "://user:pass@"],
];

for (const [shape, secret] of SHAPES) {
  Deno.test(`${secret.slice(0, 12)}… is taken out of a text by its shape`, () => {
    assertEquals(recorded({ text: `before ${secret} after` }), {
      text: `before [hmac:${hash(secret)}] after`,
    });
    const others = (Object.keys(SECRET_SHAPES) as SecretShape[]).filter((each) => each !== shape);
    const text = JSON.stringify(recorded({ text: secret }, { shapes: others }));
    assert(!text.includes("hmac:") || shape === "authorization");
  });
}

Deno.test("a private key whose end is missing is taken out with all that follows", () => {
  const key = "-----BEGIN PRIVATE KEY-----\nMIIEabc";
  assertEquals(recorded([`before ${key}`]), [`before [hmac:${hash(key)}]`]);
});

Deno.test("a secret in a text that is JSON is taken out as in the JSON", () => {
  const text = JSON.stringify({ password: "s3cret", a: 1 });
  assertEquals(recorded({ content: [{ type: "text", text }] }), {
    content: [{ type: "text", text: JSON.stringify({ password: SECRET, a: 1 }) }],
  });
  const plain = '{ "a": 1 }';
  assertEquals(recorded([plain]), [plain]);
});

Deno.test("a value that is too large, too deep or no JSON is left out", () => {
  const deep = (levels: number): unknown => levels === 0 ? 1 : [deep(levels - 1)];
  const redact = createRedactor({});
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  for (
    const value of [
      "x".repeat(LIMITS.auditValueBytesMax - 1),
      deep(LIMITS.auditValueDepthMax + 1),
      1n,
      cycle,
      undefined,
    ]
  ) assertEquals(redact(value, hash), { text: undefined, redacted: true });
  assertEquals(redact("x".repeat(LIMITS.auditValueBytesMax - 2), hash).redacted, false);
  assertEquals(redact(deep(LIMITS.auditValueDepthMax), hash).redacted, false);
});

Deno.test("no secret is ever on record, and equal ones of a tenant have one hash", () => {
  const secret = fc.string({ minLength: 8, unit: fc.constantFrom(..."abcdefghijkXYZ0123456789") });
  const rest = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.oneof(fc.integer(), fc.boolean()));
  fc.assert(fc.property(secret, rest, (secret, rest) => {
    const { text } = createRedactor({})({ rest, x: { token: secret }, password: secret }, hash);
    assert(!text!.includes(secret));
    const { x, password } = JSON.parse(text!);
    assertEquals(x.token, password);
    assert(KEYS.hash("other", secret) !== KEYS.hash("t", secret));
  }));
});

/** Takes secrets out of values before they are recorded, and leaves a keyed hash in their place. */
import { GomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { anyGlob, type NameTest } from "./glob.ts";
import { SECRET_SHAPES, type SecretShape } from "./secret_shapes.ts";

/** What is taken out of recorded values, beside what is by default. */
export interface RedactOptions {
  /** Names of members, by patterns with `*` and `?`, whatever their case. */
  readonly keys?: readonly string[];
  /** JSON Pointers (RFC 6901) into arguments and structured results; a step `*` is any. */
  readonly pointers?: readonly string[];
  /** Shapes of secrets within texts. @default all of them */
  readonly shapes?: readonly SecretShape[];
  /** False leaves out the names that are taken for secrets by default. @default true */
  readonly defaultKeys?: boolean;
}

/** A value as it may be recorded. */
export interface Redacted {
  /** JSON; undefined when the value has none, is too large or too deep. */
  readonly text: string | undefined;
  /** True when something was taken out. */
  readonly redacted: boolean;
}

/** Gives a value as it may be recorded; `hash` stands in for what is taken out. */
export type Redactor = (value: unknown, hash: (text: string) => string) => Redacted;

// deno-fmt-ignore: names, not a list to be read one by one.
const DEFAULT_KEYS: readonly string[] = [
  "*password*", "*passwd*", "passphrase", "*secret*", "*token", "*_token_*", "accesstoken*",
  "*api_key*", "*apikey*", "*api-key*", "*private_key*", "*privatekey*", "authorization",
  "*credential*", "cookie", "set-cookie", "session_id", "sessionid", "pin", "cvv", "cvc", "otp",
];

interface Rules {
  readonly isSecretKey: NameTest;
  readonly pointers: readonly (readonly string[])[];
  readonly shapes: readonly RegExp[];
}

/**
 * Checks what is to be taken out.
 *
 * @throws {GomcpError} `invalid_request` naming what is wrong.
 */
export function createRedactor(options: RedactOptions): Redactor {
  const rules = readRules(options);
  return (value, hash) => {
    try {
      const walk = new Walk(rules, hash);
      const text = JSON.stringify(walk.value(value, [], 0));
      if (text === undefined || text.length > LIMITS.auditValueBytesMax) return LEFT_OUT;
      return { text, redacted: walk.redacted };
    } catch {
      // Cycles, BigInt, hostile getters, too deep: nothing that can be on record.
      return LEFT_OUT;
    }
  };
}

const LEFT_OUT: Redacted = { text: undefined, redacted: true };

class Walk {
  redacted = false;
  readonly #rules: Rules;
  readonly #hash: (text: string) => string;

  constructor(rules: Rules, hash: (text: string) => string) {
    this.#rules = rules;
    this.#hash = hash;
  }

  value(value: unknown, path: readonly string[], depth: number): unknown {
    if (depth > LIMITS.auditValueDepthMax) throw new RangeError("too deep");
    if (typeof value === "string") return this.#text(value, depth);
    if (Array.isArray(value)) {
      return value.map((each, i) => this.#member(String(i), each, path, depth, false));
    }
    if (!isRecord(value)) return value;
    if (typeof value.toJSON === "function") return this.value(value.toJSON(), path, depth + 1);
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, each]) => [key, this.#member(key, each, path, depth, true)]),
    );
  }

  #member(
    key: string,
    value: unknown,
    path: readonly string[],
    depth: number,
    named: boolean,
  ): unknown {
    const inner = [...path, key];
    const secret = (named && this.#rules.isSecretKey(key)) || this.#isPointed(inner);
    return secret ? this.#hide(value) : this.value(value, inner, depth + 1);
  }

  #isPointed(path: readonly string[]): boolean {
    return this.#rules.pointers.some((pointer) =>
      pointer.length === path.length &&
      pointer.every((step, i) => step === "*" || step === path[i])
    );
  }

  /** Null and nothing hide nothing. */
  #hide(value: unknown): unknown {
    if (value === null || value === undefined || value === "") return value;
    this.redacted = true;
    return `hmac:${this.#hash(typeof value === "string" ? value : JSON.stringify(value) ?? "")}`;
  }

  /** Tools repeat their structured content as text: what is a secret there is one here. */
  #text(text: string, depth: number): string {
    const inner = /^\s*[[{]/.test(text) ? parsed(text) : undefined;
    if (inner !== undefined) {
      const before = this.redacted;
      this.redacted = false;
      const clean = this.value(inner, [], depth + 1);
      const changed = this.redacted;
      this.redacted ||= before;
      if (changed) return JSON.stringify(clean);
      return text;
    }
    let clean = text;
    for (const shape of this.#rules.shapes) {
      clean = clean.replace(shape, (secret) => {
        this.redacted = true;
        return `[hmac:${this.#hash(secret)}]`;
      });
    }
    return clean;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readRules(options: RedactOptions): Rules {
  if (!isRecord(options)) throw bad("", kindOf(options), "an object");
  const { keys, pointers, shapes, defaultKeys = true, ...rest } = options;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw bad(`/${unknown}`, "there", "keys, pointers, shapes, defaultKeys");
  }
  if (typeof defaultKeys !== "boolean") throw bad("/defaultKeys", kindOf(defaultKeys), "boolean");
  const names = [...(defaultKeys ? DEFAULT_KEYS : []), ...texts(keys, "/keys")];
  return {
    isSecretKey: anyGlob(names, { ignoreCase: true }),
    pointers: texts(pointers, "/pointers").map(readPointer),
    shapes: shapes === undefined
      ? Object.values(SECRET_SHAPES)
      : texts(shapes, "/shapes").map(readShape),
  };
}

function readPointer(pointer: string): readonly string[] {
  if (!pointer.startsWith("/")) {
    throw bad("/pointers", `"${pointer}"`, 'JSON Pointers such as "/a/b"');
  }
  return pointer.slice(1).split("/").map((step) =>
    step.replaceAll("~1", "/").replaceAll("~0", "~")
  );
}

function readShape(name: string): RegExp {
  if (Object.hasOwn(SECRET_SHAPES, name)) return SECRET_SHAPES[name as SecretShape];
  throw bad("/shapes", `"${name}"`, Object.keys(SECRET_SHAPES).join(", "));
}

function texts(value: unknown, at: string): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw bad(at, kindOf(value), "an array of strings");
}

function bad(at: string, is: string, expected: string): GomcpError {
  const text = `Cannot read audit policy: /redact${at} is ${is}, expected ${expected}`;
  return new GomcpError("invalid_request", text);
}

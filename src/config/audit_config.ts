/** What `gomcp serve` can be told about its audit log, and what it comes to. */
import { parseDuration } from "../base/duration.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { parseSize } from "../base/size.ts";
import { collectFaults } from "./faults.ts";
import type { Flag, FlagValues } from "./flags.ts";

const AUDIT_MODES = ["best_effort", "required", "strict"] as const;
const FSYNC = ["never", "interval", "always"] as const;

export const AUDIT_FLAGS: readonly Flag[] = [
  {
    name: "audit-file",
    kind: "text",
    value: "PATH",
    help: "keeps calls on record in this file; without it, only the last ones in memory",
  },
  {
    name: "audit-sink",
    kind: "list",
    value: "SINK",
    help: "one more place for records: file:PATH, stdout or otlp:URL; may be repeated",
  },
  {
    name: "audit-mode",
    kind: "text",
    value: "MODE",
    choices: AUDIT_MODES,
    default: "best_effort",
    help: "best_effort, required (no call without a record) or strict (without one on disk)",
  },
  {
    name: "audit-policy",
    kind: "text",
    value: "FILE",
    help: "what is recorded of which call, and what is taken out (JSON)",
  },
  {
    name: "audit-wait",
    kind: "text",
    value: "TIME",
    default: "2s",
    help: "how long a sink may take before it counts as failed",
  },
  {
    name: "audit-fsync",
    kind: "text",
    value: "WHEN",
    choices: FSYNC,
    default: "interval",
    help: "when audit files go to disk: never, interval (1s) or always",
  },
  {
    name: "audit-rotate-size",
    kind: "text",
    value: "SIZE",
    default: "64MiB",
    help: "when an audit file is full; 0 for never",
  },
  {
    name: "audit-rotate-every",
    kind: "text",
    value: "TIME",
    help: "after what time an audit file is full",
  },
  {
    name: "audit-keep",
    kind: "text",
    value: "N",
    default: "0",
    help: "full audit files that are kept; 0 keeps all",
  },
  {
    name: "audit-key-file",
    kind: "text",
    value: "FILE",
    help: "the key of hashes; made if it is not there [the audit file's name with .key]",
  },
  {
    name: "audit-sign-key",
    kind: "text",
    value: "FILE",
    help: "signs the seals of audit files (Ed25519, PEM)",
  },
];

/** A place for records. */
export type AuditSinkConfig =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stdout" }
  | { readonly kind: "otlp"; readonly url: string };

export interface AuditConfig {
  readonly sinks: readonly AuditSinkConfig[];
  readonly mode: (typeof AUDIT_MODES)[number];
  readonly policyFile: string | undefined;
  readonly waitMs: number;
  readonly fsync: (typeof FSYNC)[number];
  readonly rotateBytes: number;
  readonly rotateMs: number;
  readonly keep: number;
  readonly keyFile: string | undefined;
  readonly signKeyFile: string | undefined;
}

/**
 * Checks what was said about the audit log. `usesStdout` tells that stdout belongs to messages.
 *
 * @throws {GomcpError} `invalid_request` naming the flag or variable, and what it takes.
 */
export function readAuditConfig(
  values: FlagValues,
  originOf: (name: string) => string,
  usesStdout: boolean,
): AuditConfig {
  const text = (name: string) => values[name] as string | undefined;
  const bad = (name: string, expected: string) =>
    new GomcpError(
      "invalid_request",
      `Cannot read ${originOf(name)}: it is "${text(name)}", expected ${expected}`,
    );
  const number = (name: string, read: (text: string) => number, max: number, expected: string) => {
    const said = text(name);
    if (said === undefined) return 0;
    const value = tried(() => read(said));
    if (value !== undefined && value >= 0 && value <= max) return value;
    throw bad(name, expected);
  };
  const oneOf = <T extends string>(name: string, known: readonly T[]): T => {
    const found = known.find((each) => each === text(name));
    if (found === undefined) throw bad(name, known.join(", "));
    return found;
  };
  const checkMode = (mode: AuditConfig["mode"], sinks: readonly AuditSinkConfig[]) => {
    if (mode === undefined || mode === "best_effort") return;
    if (sinks.length === 0) {
      throw bad("audit-mode", "best_effort, or a place for records by --audit-file");
    }
    if (mode === "strict" && !sinks.some(({ kind }) => kind === "file")) {
      throw bad("audit-mode", "required or best_effort, or a file by --audit-file");
    }
  };
  return collectFaults((read) => {
    const sinks = read(() =>
      readSinks(text("audit-file"), values["audit-sink"] as readonly string[], usesStdout)
    );
    const mode = read(() => oneOf("audit-mode", AUDIT_MODES));
    if (sinks !== undefined) read(() => checkMode(mode, sinks));
    return {
      sinks,
      mode,
      policyFile: text("audit-policy"),
      waitMs: read(() => {
        const expected = 'a time from 1ms to 24h, such as "2s"';
        const ms = number("audit-wait", parseDuration, LIMITS.timeoutMsMax, expected);
        if (ms === 0) throw bad("audit-wait", expected);
        return ms;
      }),
      fsync: read(() => oneOf("audit-fsync", FSYNC)),
      rotateBytes: read(() =>
        number("audit-rotate-size", parseSize, Infinity, 'a size such as "64MiB"')
      ),
      rotateMs: read(() =>
        number("audit-rotate-every", parseDuration, Infinity, 'a time such as "24h"')
      ),
      keep: read(() => number("audit-keep", wholeNumber, 1_000_000, "a number from 0 to 1000000")),
      keyFile: text("audit-key-file"),
      signKeyFile: text("audit-sign-key"),
    };
  });
}

function readSinks(
  file: string | undefined,
  more: readonly string[],
  usesStdout: boolean,
): AuditSinkConfig[] {
  const sinks: AuditSinkConfig[] = file === undefined ? [] : [{ kind: "file", path: file }];
  for (const text of more) {
    const rest = text.slice(text.indexOf(":") + 1);
    if (text === "stdout") sinks.push({ kind: "stdout" });
    else if (text.startsWith("file:") && rest !== "") sinks.push({ kind: "file", path: rest });
    else if (/^otlp:https?:\/\//.test(text) && URL.canParse(rest)) {
      sinks.push({ kind: "otlp", url: rest });
    } else throw badSink(text, "file:PATH, stdout or otlp:http://HOST:PORT/v1/logs");
  }
  if (usesStdout && sinks.some(({ kind }) => kind === "stdout")) {
    throw badSink("stdout", "another sink, since stdout carries MCP's messages in this mode");
  }
  const names = sinks.map((sink) => JSON.stringify(sink));
  const twice = sinks.find((sink, i) => names.indexOf(JSON.stringify(sink)) !== i);
  if (twice === undefined) return sinks;
  throw badSink(twice.kind === "file" ? `file:${twice.path}` : twice.kind, "each place only once");
}

function badSink(text: string, expected: string): GomcpError {
  return new GomcpError(
    "invalid_request",
    `Cannot read --audit-sink: it is "${text}", expected ${expected}`,
  );
}

function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

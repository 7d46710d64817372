/** What the flags and the configuration's section come to. */
import { parseDuration } from "../../src/base/duration.ts";
import { GomcpError } from "../../src/base/errors.ts";
import type { FlagValues } from "../../src/config/flags.ts";
import { type IsolationConfig, readIsolationConfig } from "../../src/config/host_config.ts";
import { SEVERITIES, type Severity } from "../../src/validate/finding.ts";
import { type Profile, PROFILES } from "../../src/validate/profiles.ts";
import { type Format, FORMATS } from "../../src/validate/report/render.ts";

export interface ValidateFlags {
  readonly commands: readonly string[];
  readonly builtin: boolean;
  readonly profiles: readonly Profile[] | undefined;
  readonly format: Format;
  readonly output: string | undefined;
  readonly failOn: Severity | undefined;
  readonly all: boolean;
  readonly fix: boolean;
  readonly baseline: string | undefined;
  readonly lock: string | undefined;
  readonly samples: string | undefined;
  readonly prefix: string | undefined;
  readonly config: string | undefined;
  readonly watch: boolean;
  /** For addresses among the targets. */
  readonly token: string | undefined;
  readonly timeoutMs: number;
  readonly isolation: IsolationConfig;
}

/** @throws {GomcpError} `invalid_request` naming the flag, and what it takes. */
export function readValidateFlags(
  values: FlagValues,
  token: string | undefined,
): ValidateFlags {
  const text = (name: string) => values[name] as string | undefined;
  const named = text("profile")?.split(",").map((name) => name.trim());
  const failOn = text("fail-on");
  return {
    commands: values.command as readonly string[],
    builtin: values.builtin === true,
    profiles: named?.map((name) => oneOf("--profile", name, PROFILES)),
    format: oneOf("--format", text("format")!, FORMATS),
    output: text("output"),
    failOn: failOn === undefined ? undefined : oneOf("--fail-on", failOn, SEVERITIES),
    all: values.all === true,
    fix: values.fix === true,
    baseline: text("baseline"),
    lock: text("lock"),
    samples: text("samples"),
    prefix: text("prefix"),
    config: text("config"),
    watch: values.watch === true,
    token,
    timeoutMs: timeoutOf(text("timeout")!),
    isolation: readIsolationConfig(values, (name) => `--${name}`),
  };
}

function timeoutOf(said: string): number {
  try {
    return parseDuration(said);
  } catch (cause) {
    const text = `Cannot read --timeout: it is "${said}", expected a time such as "30s"`;
    throw new GomcpError("invalid_request", text, { cause });
  }
}

function oneOf<T extends string>(flag: string, value: string, known: readonly T[]): T {
  const found = known.find((each) => each === value);
  if (found !== undefined) return found;
  const text = `Cannot read ${flag}: it is "${value}", expected one of ${known.join(", ")}`;
  throw new GomcpError("invalid_request", text);
}

/** One look at the targets: read, compared, checked, mended. */
import { dirname, join } from "node:path";
import { GomcpError } from "../../src/base/errors.ts";
import { isRecord } from "../../src/base/json.ts";
import type { Pins } from "../../src/validate/rule.ts";
import { fixFiles } from "../../src/validate/fix.ts";
import { validate, type ValidateOptions, type Validation } from "../../src/validate/validate.ts";
import type { ValidateFlags } from "./options.ts";
import { readBaseline } from "./baseline.ts";
import { lockPins } from "./pins.ts";
import { findConfig } from "../find_config.ts";
import { type ProjectConfig, readProjectConfig } from "./project_config.ts";
import { isThere, readTextFile, writeTextFile } from "./read_file.ts";
import { type ReadTargets, readTargets, type Targets } from "./read_targets.ts";

/** What came of it. */
export interface Outcome {
  readonly validation: Validation;
  /** Targets that could not be looked at. */
  readonly failures: readonly string[];
  /** What people should know of the run, and no fault of it. */
  readonly notes: readonly string[];
  /** How many findings were mended. */
  readonly fixed: number;
  /** What to watch. */
  readonly paths: readonly string[];
  readonly failOn: "error" | "warning" | "info";
}

/** @throws {GomcpError} `invalid_request` for a configuration, a lock or a baseline that is wrong. */
export async function runOnce(words: readonly string[], flags: ValidateFlags): Promise<Outcome> {
  const configFile = flags.config ?? findConfig();
  const project = configFile === undefined ? undefined : await readProjectConfig(configFile);
  const targets = targetsOf(words, flags, project);
  const read = await readTargets(targets, flags);
  const notes: string[] = [];
  const options = await optionsOf(targets, flags, project, notes);
  let checked = { read, validation: validate(read.servers, { ...options, found: read.found }) };
  let fixed = 0;
  if (flags.fix) {
    const done = fixFiles(checked.validation.findings, read.servers);
    for (const [file, text] of done.texts) await writeTextFile(file, text);
    fixed = done.fixed;
    // What is mended is not told, and what the mending brought about is.
    if (fixed > 0) checked = await again(targets, flags, options);
  }
  return {
    validation: checked.validation,
    failures: checked.read.failures,
    notes,
    fixed,
    paths: [...read.paths, ...configFile === undefined ? [] : [configFile]],
    failOn: flags.failOn ?? project?.section.failOn ?? "error",
  };
}

async function again(
  targets: Targets,
  flags: ValidateFlags,
  options: ValidateOptions,
): Promise<{ read: ReadTargets; validation: Validation }> {
  const read = await readTargets(targets, flags);
  return { read, validation: validate(read.servers, { ...options, found: read.found }) };
}

/** Without a target, the configuration of this folder is the target. */
function targetsOf(
  words: readonly string[],
  { commands, builtin }: ValidateFlags,
  project: ProjectConfig | undefined,
): Targets {
  if (words.length + commands.length > 0 || builtin) return { words, commands, builtin };
  if (project !== undefined) return { words: [project.file], commands: [], builtin: false };
  const text =
    "Cannot validate: there is no target and no gomcp.json here, see gomcp validate --help";
  throw new GomcpError("invalid_request", text);
}

async function optionsOf(
  targets: Targets,
  flags: ValidateFlags,
  project: ProjectConfig | undefined,
  notes: string[],
): Promise<ValidateOptions> {
  const section = project?.section ?? {};
  const samples = flags.samples ?? section.samples;
  return {
    profiles: flags.profiles ?? section.profiles,
    severities: new Map(Object.entries(section.rules ?? {})),
    ignored: section.ignore,
    limits: withoutUndefined(section.limits ?? {}),
    samples: samples === undefined ? new Map() : await readSamples(samples),
    pins: await pinsOf(targets, flags, project, notes),
    prefix: flags.prefix ?? section.prefix,
  };
}

async function pinsOf(
  targets: Targets,
  flags: ValidateFlags,
  project: ProjectConfig | undefined,
  notes: string[],
): Promise<Pins | undefined> {
  const baseline = flags.baseline ?? project?.section.baseline;
  if (baseline !== undefined && flags.lock !== undefined) {
    const text = "Cannot compare: there is a lock and a baseline, expected one of them";
    throw new GomcpError("invalid_request", text);
  }
  if (baseline !== undefined) return await readBaseline(baseline, targets, flags, notes);
  // A configuration is all that is served, so what is pinned and not in it is gone.
  const whole = project !== undefined && targets.words.includes(project.file);
  const beside = join(dirname(project?.file ?? "."), "gomcp.lock");
  const lock = flags.lock ?? (whole && await isThere(beside) ? beside : undefined);
  return lock === undefined ? undefined : await lockPins(lock, whole);
}

async function readSamples(file: string): Promise<ReadonlyMap<string, unknown>> {
  const text = await readTextFile(file);
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return new Map(Object.entries(value));
  } catch {
    // Told below.
  }
  const what = `Cannot read ${file}: expected an object of results by tools' names`;
  throw new GomcpError("invalid_request", what);
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}

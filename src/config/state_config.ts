/** Where tenants are kept and who needs a key: the flags of it, and what they come to. */
import { GomcpError } from "../base/errors.ts";
import { collectFaults } from "./faults.ts";
import type { Flag, FlagValues } from "./flags.ts";
import type { TenantDefaultsConfig } from "./tenant_defaults.ts";

const FAILURES = ["refuse", "allow"] as const;

export const STATE_FLAG: Flag = {
  name: "state",
  kind: "text",
  value: "URL",
  help: "where tenants are kept: memory:, sqlite:PATH, redis://… or rediss://… [sqlite: below " +
    "$XDG_STATE_HOME]",
};

export const STATE_FLAGS: readonly Flag[] = [
  STATE_FLAG,
  {
    name: "state-failure",
    kind: "text",
    value: "RULE",
    choices: FAILURES,
    default: "refuse",
    flagOnly: true,
    help: "what becomes of metered calls while it is away: refuse or allow",
  },
  {
    name: "tenant-tools",
    kind: "list",
    value: "ID=PATH",
    flagOnly: true,
    help: "tool modules that one tenant has for itself; may be repeated",
  },
  {
    name: "tenant-root",
    kind: "list",
    value: "ID=DIR",
    flagOnly: true,
    help: "file tools of one tenant, for this folder alone; may be repeated",
  },
  {
    name: "require-key",
    kind: "switch",
    help: "serves nobody without an API key; then on other addresses than loopback, too",
  },
];

export interface StateConfig {
  /** As the user said it; undefined for the usual place. */
  readonly url: string | undefined;
  readonly failure: (typeof FAILURES)[number];
  readonly requireKey: boolean;
  /** What tenants have for themselves, by their ids. */
  readonly own: ReadonlyMap<string, TenantSources>;
  /** What tenants have that say nothing themselves: only a file says it. */
  readonly defaults?: TenantDefaultsConfig | undefined;
}

/** Where what a tenant has for itself comes from. */
export interface TenantSources {
  readonly tools: readonly string[];
  readonly root: string | undefined;
}

/** @throws {GomcpError} `invalid_request` naming the flag or variable, and what it takes. */
export function readStateConfig(
  values: FlagValues,
  originOf: (name: string) => string,
): StateConfig {
  return collectFaults((read) => ({
    url: values.state as string | undefined,
    failure: read(() => readFailure(values["state-failure"], originOf("state-failure"))),
    requireKey: values["require-key"] === true,
    own: read(() => readSources(values, originOf)),
  }));
}

function readFailure(said: unknown, where: string): StateConfig["failure"] {
  const failure = FAILURES.find((known) => known === said);
  if (failure !== undefined) return failure;
  const text = `Cannot read ${where}: it is "${said}", expected ${FAILURES.join(" or ")}`;
  throw new GomcpError("invalid_request", text);
}

function readSources(
  values: FlagValues,
  originOf: (name: string) => string,
): ReadonlyMap<string, TenantSources> {
  const own = new Map<string, TenantSources>();
  const read = (flag: string, add: (old: TenantSources, path: string) => TenantSources) => {
    for (const text of values[flag] as readonly string[]) {
      const [, id, path] = /^([a-z0-9][a-z0-9._-]*)=(.+)$/.exec(text) ?? [];
      if (id === undefined || path === undefined) {
        const what = `Cannot read ${originOf(flag)}: it is "${text}", expected TENANT=PATH`;
        throw new GomcpError("invalid_request", what);
      }
      own.set(id, add(own.get(id) ?? { tools: [], root: undefined }, path));
    }
  };
  read("tenant-tools", (old, path) => ({ ...old, tools: [...old.tools, path] }));
  read("tenant-root", (old, root) => ({ ...old, root }));
  return own;
}

/**
 * The usual place: below the folder for state of the XDG Base Directory Specification, or of
 * Windows; undefined where there is no home.
 */
export function usualStateUrl(env: (name: string) => string | undefined): string | undefined {
  const home = env("HOME");
  const folder = env("XDG_STATE_HOME") || env("LOCALAPPDATA") ||
    (home ? `${home}/.local/state` : undefined);
  return folder === undefined ? undefined : `sqlite:${folder}/gomcp/state.db`;
}

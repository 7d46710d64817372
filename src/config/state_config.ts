/** Where tenants are kept and who needs a key: the flags of it, and what they come to. */
import { GomcpError } from "../base/errors.ts";
import type { Flag, FlagValues } from "./flags.ts";

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
    default: "refuse",
    flagOnly: true,
    help: "what becomes of metered calls while it is away: refuse or allow",
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
}

/** @throws {GomcpError} `invalid_request` naming the flag or variable, and what it takes. */
export function readStateConfig(
  values: FlagValues,
  originOf: (name: string) => string,
): StateConfig {
  const said = values["state-failure"];
  const failure = FAILURES.find((known) => known === said);
  if (failure === undefined) {
    const where = originOf("state-failure");
    const text = `Cannot read ${where}: it is "${said}", expected ${FAILURES.join(" or ")}`;
    throw new GomcpError("invalid_request", text);
  }
  const url = values.state as string | undefined;
  return { url, failure, requireKey: values["require-key"] === true };
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

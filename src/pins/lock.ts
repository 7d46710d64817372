/** `gomcp.lock`: the definition of every tool as somebody reviewed it, and its hash. */
import { describeThrown, GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { canonicalHash } from "./canonical_json.ts";
import type { Change } from "./change.ts";
import { diffDefinition } from "./diff_definition.ts";

/** What `tools/list` shows of a tool. */
export type Definition = Readonly<Record<string, unknown>>;

/** A tool as it was reviewed. */
export interface Pin {
  /** The hash of the definition (`canonicalHash`). */
  readonly hash: string;
  /** The definition itself: reviewers see in a diff what changed, and tools which field it was. */
  readonly definition: Definition;
}

/** The pins by the names that tools are served under, prefixes included. */
export type Lock = ReadonlyMap<string, Pin>;

/** A tool's definition under the name that it is served by. */
export interface NamedDefinition {
  readonly name: string;
  readonly definition: Definition;
}

const VERSION = 1;

const SERVED = ["title", "description", "inputSchema", "outputSchema", "annotations", "icons"];

/** What gomcp serves of a definition under a name, which is what is pinned. */
export function servedDefinition({ name, definition }: NamedDefinition): NamedDefinition {
  const members = SERVED.filter((key) => definition[key] !== undefined);
  const served = Object.fromEntries(members.map((key) => [key, definition[key]]));
  return { name, definition: { name, ...served } };
}

/**
 * The lock of tools as they are now.
 *
 * @throws {GomcpError} `invalid_request` naming a tool that is there twice, or has no canonical form.
 */
export function lockOf(tools: readonly NamedDefinition[]): Lock {
  const pins = new Map<string, Pin>();
  for (const { name, definition } of tools) {
    if (pins.has(name)) throw broken(`Cannot lock tool "${name}": there are two of that name`);
    pins.set(name, { hash: hashOf(name, definition), definition });
  }
  return pins;
}

/** The text of the file: JSON in the order of the names, so that diffs show what changed. */
export function renderLock(lock: Lock): string {
  const names = [...lock.keys()].sort((a, b) => a < b ? -1 : 1);
  const tools = Object.fromEntries(names.map((name) => [name, lock.get(name)]));
  return JSON.stringify({ lockVersion: VERSION, tools }, null, 2) + "\n";
}

/**
 * Reads the file's text; `file` is its name for messages.
 *
 * @throws {GomcpError} `invalid_request` for what is no lock, and for a definition that does not
 * have the hash beside it: then somebody edited the one and not the other.
 */
export function readLock(text: string, file: string): Lock {
  const lock = parse(text, file);
  if (!isRecord(lock) || lock.lockVersion !== VERSION || !isRecord(lock.tools)) {
    throw broken(`Cannot read ${file}: expected {"lockVersion": ${VERSION}, "tools": {…}}`);
  }
  return new Map(
    Object.entries(lock.tools).map(([name, pin]) => {
      const where = `Cannot read ${file}: the pin of "${name}"`;
      if (!isRecord(pin) || typeof pin.hash !== "string" || !isRecord(pin.definition)) {
        throw broken(`${where} is not {"hash": …, "definition": {…}}`);
      }
      if (hashOf(name, pin.definition) !== pin.hash) {
        throw broken(`${where} has a definition that its hash does not belong to`);
      }
      return [name, { hash: pin.hash, definition: pin.definition }];
    }),
  );
}

/** How a tool stands to the lock: "same", "unpinned", or what changed since the review. */
export function checkPin(
  lock: Lock,
  { name, definition }: NamedDefinition,
): "same" | "unpinned" | readonly Change[] {
  const pin = lock.get(name);
  if (pin === undefined) return "unpinned";
  return hashOf(name, definition) === pin.hash
    ? "same"
    : diffDefinition(pin.definition, definition);
}

function hashOf(name: string, definition: Definition): string {
  try {
    return canonicalHash(definition);
  } catch (cause) {
    throw new GomcpError(
      "invalid_request",
      `Cannot lock tool "${name}": ${describeThrown(cause)}`,
      {
        cause,
      },
    );
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GomcpError("invalid_request", `Cannot read ${file}: it is no JSON`, { cause });
  }
}

function broken(what: string): GomcpError {
  return new GomcpError("invalid_request", what);
}

/** What an author says of arguments' purposes, checked against the arguments that there are. */
import { GomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { ARGUMENT_PURPOSES, type ArgumentPurposes } from "../pipeline/purpose.ts";
import type { JsonSchema } from "../authoring/compiled_schema.ts";

/** @throws {GomcpError} `invalid_request` naming the argument and what is wrong. */
export function checkPurposes(purposes: unknown, input: JsonSchema): ArgumentPurposes | undefined {
  if (purposes === undefined) return undefined;
  if (!isRecord(purposes)) return reject("its purposes are no object");
  for (const [at, use] of Object.entries(purposes)) {
    checkName(at, input);
    if (isRecord(use)) checkUse(at, use);
    else checkPurpose(at, use);
  }
  return Object.freeze({ ...purposes }) as ArgumentPurposes;
}

/** A purpose of an argument that there is none of protects nothing: a slip of the pen. */
function checkName(at: string, { properties }: JsonSchema): void {
  const first = at.startsWith("/") ? at.slice(1).split("/", 1)[0]! : at;
  const name = first.replaceAll("~1", "/").replaceAll("~0", "~");
  if (at === "" || !isRecord(properties) || Object.keys(properties).length === 0) return;
  if (!Object.hasOwn(properties, name)) reject(`purpose "${at}" is of no argument that it takes`);
}

function checkUse(at: string, use: Record<string, unknown>): void {
  const odd = Object.keys(use).find((key) => key !== "for" && key !== "stringBytesMax");
  if (odd !== undefined) {
    reject(`purpose "${at}" has "${odd}", expected "for" and "stringBytesMax"`);
  }
  checkPurpose(at, use.for);
  const { stringBytesMax: max } = use;
  if (max === undefined) return;
  if (Number.isInteger(max) && (max as number) >= 1 && (max as number) <= LIMITS.messageBytesMax) {
    return;
  }
  reject(
    `purpose "${at}" has a stringBytesMax that is no number from 1 to ${LIMITS.messageBytesMax}`,
  );
}

function checkPurpose(at: string, purpose: unknown): void {
  if ((ARGUMENT_PURPOSES as readonly unknown[]).includes(purpose)) return;
  const shown = typeof purpose === "string"
    ? JSON.stringify(purpose.slice(0, 40))
    : kindOf(purpose);
  reject(`purpose "${at}" is ${shown}, expected one of ${ARGUMENT_PURPOSES.join(", ")}`);
}

function reject(what: string): never {
  throw new GomcpError("invalid_request", what);
}

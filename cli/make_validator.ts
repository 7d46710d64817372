/** The validator that the flags ask for. */
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import type { ServeConfig } from "../src/config/serve_config.ts";
import {
  createValidator,
  FAMILIES,
  type Family,
  parsePolicy,
  type ValidationPolicy,
  type Validator,
} from "../src/runtime/validator.ts";

/**
 * `--allow-pattern` goes before what the policy says of everything, not before its rules.
 *
 * @throws {GomcpError} `invalid_request` naming the flag or the place in the file.
 */
export async function makeValidator(
  { validationPolicy, allowPatterns }: ServeConfig,
): Promise<Validator> {
  const policy: ValidationPolicy = validationPolicy === undefined
    ? {}
    : parsePolicy(await readText(validationPolicy), `validation policy ${validationPolicy}`);
  const allowed = Object.fromEntries(allowPatterns.map((name) => [checkFamily(name), "report"]));
  return createValidator({ ...policy, families: { ...policy.families, ...allowed } });
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const what = `Cannot read validation policy ${path}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", what, { cause });
  }
}

function checkFamily(name: string): Family {
  const family = FAMILIES.find((known) => known === name);
  if (family !== undefined) return family;
  throw new GomcpError(
    "invalid_request",
    `Cannot read --allow-pattern: it is "${name}", expected ${FAMILIES.join(", ")}`,
  );
}

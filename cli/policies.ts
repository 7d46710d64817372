/** The policy files of a server: read at its start, and again at each reload. */
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import type { ServeConfig } from "../src/config/serve_config.ts";
import { type AuditPolicy, createAuditPolicy, parseAuditPolicy } from "../src/runtime/audit.ts";
import type { Policies } from "../src/runtime/reload.ts";
import {
  createValidator,
  FAMILIES,
  type Family,
  parsePolicy,
  type ValidationPolicy,
  type Validator,
} from "../src/runtime/validator.ts";
import type { ServerFeatures } from "./gather_features.ts";

type PolicyConfig = Pick<ServeConfig, "validationPolicy" | "allowPatterns" | "audit">;

/** Features together with the policies that calls of them go by. */
export function withPolicies(source: ServerFeatures, config: PolicyConfig): ServerFeatures {
  const files = new PolicyFiles(config);
  let policies: Required<Policies> | undefined;
  return {
    ...source,
    async load(options) {
      // What upstreams change leaves the policies as they are.
      const kept = options?.onlyUpstreams === true ? policies : undefined;
      // What is wrong with a policy is said before any module is loaded.
      const wanted = kept ?? await files.load();
      const features = await source.load(options);
      if (options?.dryRun !== true) policies = wanted;
      return { ...features, ...wanted };
    },
  };
}

/** A file that has not changed gives the policy that it gave before. */
class PolicyFiles {
  readonly #config: PolicyConfig;
  readonly #validator = new Remembered<Validator>();
  readonly #auditPolicy = new Remembered<AuditPolicy>();

  constructor(config: PolicyConfig) {
    this.#config = config;
  }

  /** @throws {GomcpError} `invalid_request` naming the flag or the place in the file. */
  async load(): Promise<Required<Policies>> {
    const { validationPolicy, allowPatterns, audit: { policyFile } } = this.#config;
    const validation = await textOf(validationPolicy, "validation policy");
    const audit = await textOf(policyFile, "audit policy");
    return {
      validator: this.#validator.get(validation, () => {
        const source = `validation policy ${validationPolicy}`;
        const policy = validation === undefined ? {} : parsePolicy(validation, source);
        return validatorOf(policy, allowPatterns);
      }),
      auditPolicy: this.#auditPolicy.get(audit, () => {
        return audit === undefined ? createAuditPolicy() : parseAuditPolicy(audit);
      }),
    };
  }
}

/** The last thing that was made, and of what. */
class Remembered<T> {
  #last: { readonly text: string | undefined; readonly made: T } | undefined;

  get(text: string | undefined, make: () => T): T {
    if (this.#last === undefined || this.#last.text !== text) this.#last = { text, made: make() };
    return this.#last.made;
  }
}

/** `--allow-pattern` goes before what the policy says of everything, not before its rules. */
function validatorOf(policy: ValidationPolicy, allowPatterns: readonly string[]): Validator {
  const allowed = Object.fromEntries(allowPatterns.map((name) => [checkFamily(name), "report"]));
  return createValidator({ ...policy, families: { ...policy.families, ...allowed } });
}

async function textOf(path: string | undefined, what: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const text = `Cannot read ${what} ${path}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", text, { cause });
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

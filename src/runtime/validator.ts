/** What the command line needs of validation. */
export { FAMILIES, type Family } from "../security/families.ts";
export { parsePolicy, type ValidationPolicy } from "../security/policy.ts";
export { createValidator, type Validator } from "../security/validator.ts";

/** The policy of validation that a bench runs with. */
import type { ValidationPolicy } from "../../mod.ts";
import { type Protection, USUAL_STRING_BYTES_MAX } from "./subject.ts";

const FAMILIES = [
  "xss",
  "sql",
  "path_traversal",
  "command",
  "template",
  "ldap",
  "crlf",
  "hidden_unicode",
  "prompt_injection",
] as const;

/** That of a server that was told nothing, with room for the arguments; or without its patterns. */
export function policyFor(
  without: ReadonlySet<Protection>,
  argumentBytes: number,
): ValidationPolicy {
  const off = Object.fromEntries(FAMILIES.map((family) => [family, "off" as const]));
  return {
    ...(without.has("validation") && { families: off }),
    ...(argumentBytes > USUAL_STRING_BYTES_MAX && { limits: { stringBytes: argumentBytes } }),
  };
}

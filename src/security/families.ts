/** The families of patterns, and what each argument's purpose makes of them. */
import type { ArgumentPurpose } from "../pipeline/purpose.ts";

/** A kind of attack that validation knows by its patterns. */
export type Family =
  | "xss"
  | "sql"
  | "path_traversal"
  | "command"
  | "template"
  | "ldap"
  | "crlf"
  | "hidden_unicode"
  | "prompt_injection";

export const FAMILIES: readonly Family[] = [
  "xss",
  "sql",
  "path_traversal",
  "command",
  "template",
  "ldap",
  "crlf",
  "hidden_unicode",
  "prompt_injection",
];

/** What a match leads to: nothing is looked for, it is told to whoever listens, or the call is refused. */
export type FamilyMode = "off" | "report" | "block";

/** From the least to the most. */
export const FAMILY_MODES: readonly FamilyMode[] = ["off", "report", "block"];
export type FamilyModes = Readonly<Record<Family, FamilyMode>>;

/** Everything blocks but `prompt_injection`: words alone are no proof, and a model's user may quote them. */
export const HOSTED_MODES: FamilyModes = {
  ...everything("block"),
  prompt_injection: "report",
};

/** For servers that are not ours: what their tools take for normal is not known here. */
export const UPSTREAM_MODES: FamilyModes = everything("report");

type Caps = Readonly<Partial<Record<Family, FamilyMode>>>;

/**
 * The most that a match may lead to in an argument of a purpose. Documents hold everything that an
 * attack holds, and are written, not interpreted; hidden characters in them are told all the same.
 */
const CAPS: Readonly<Record<ArgumentPurpose, Caps>> = {
  html: {
    xss: "off",
    template: "off",
    crlf: "off",
    path_traversal: "off",
    command: "off",
    sql: "off",
    ldap: "off",
    hidden_unicode: "report",
  },
  code: {
    xss: "off",
    sql: "off",
    path_traversal: "off",
    command: "off",
    template: "off",
    ldap: "off",
    crlf: "off",
    hidden_unicode: "report",
  },
  sql: { sql: "off", ldap: "off", command: "off", crlf: "off" },
  shell: { command: "off", path_traversal: "off", template: "off", ldap: "off", crlf: "off" },
  path: {},
  url: {},
  text: {},
};

/** The modes of an argument with this purpose: never more than the policy says. */
export function capModes(modes: FamilyModes, purpose: ArgumentPurpose): FamilyModes {
  return mapModes((family) => lesser(modes[family], CAPS[purpose][family] ?? "block"));
}

function lesser(a: FamilyMode, b: FamilyMode): FamilyMode {
  return FAMILY_MODES.indexOf(a) < FAMILY_MODES.indexOf(b) ? a : b;
}

function everything(mode: FamilyMode): FamilyModes {
  return mapModes(() => mode);
}

function mapModes(of: (family: Family) => FamilyMode): FamilyModes {
  return Object.fromEntries(FAMILIES.map((family) => [family, of(family)])) as Record<
    Family,
    FamilyMode
  >;
}

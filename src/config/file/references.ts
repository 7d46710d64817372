/** Values that stand elsewhere: `${NAME}` of the environment, and "file:PATH" for what is secret. */
import { describeThrown } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import type { ConfigProblem } from "./config_problems.ts";
import type { Path } from "./read_text.ts";

/** Where they stand. */
export interface ReferenceSources {
  env(name: string): string | undefined;
  /** The text of a file; throws what the system says. */
  readFile(path: string): string;
}

export interface Resolved {
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** What was put in: it is taken for confidential. */
  readonly referred: ReadonlySet<string>;
}

/** `${NAME}`, `${NAME:-otherwise}`, and `${env:NAME}` as other programs have it; `$${` is a plain "${". */
const REFERENCE = /\$(\$)?\{([^}]*)\}/g;
const NAME = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/** Puts the environment's values where texts ask for them. */
export function resolveEnv(value: unknown, sources: ReferenceSources): Resolved {
  const problems: ConfigProblem[] = [];
  const referred = new Set<string>();
  const text = (said: string, path: Path): string => {
    let hasOther = false;
    const result = said.replaceAll(REFERENCE, (whole, escaped, inner: string) => {
      if (escaped !== undefined) return whole.slice(1);
      const [, name, otherwise] = NAME.exec(inner) ?? [];
      if (name === undefined) {
        const detail = `"\${${inner}}" is not \${NAME} of an environment variable`;
        problems.push({ path, detail });
        return "";
      }
      const found = sources.env(name) || otherwise;
      if (found === undefined) {
        problems.push({ path, detail: `the environment variable ${name} is not set` });
        return "";
      }
      if (sources.env(name)) {
        referred.add(found);
        hasOther = true;
      }
      return found;
    });
    if (hasOther) referred.add(result);
    return result;
  };
  const walk = (each: unknown, path: Path): unknown => {
    if (typeof each === "string") return text(each, path);
    if (Array.isArray(each)) return each.map((item, at) => walk(item, [...path, at]));
    if (!isRecord(each)) return each;
    return Object.fromEntries(
      Object.entries(each).map(([key, inner]) => [key, walk(inner, [...path, key])]),
    );
  };
  return { value: walk(value, []), problems, referred };
}

/** The secret that a value stands for: the first line of a file for "file:PATH", else itself. */
export function resolveSecret(
  said: string,
  readFile: ReferenceSources["readFile"],
): { readonly secret: string; readonly isReferred: boolean } | { readonly fault: string } {
  if (!said.startsWith("file:")) return { secret: said, isReferred: false };
  const path = said.slice("file:".length);
  try {
    return { secret: readFile(path).trim(), isReferred: true };
  } catch (thrown) {
    return { fault: `the file ${path} cannot be read: ${describeThrown(thrown)}` };
  }
}

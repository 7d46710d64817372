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
  /** What other programs' files know beside the environment, such as "userHome". @default nothing */
  known?(name: string): string | undefined;
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
/** What everybody on the machine knows: paths and names that results are full of. */
const PUBLIC =
  /^(?:HOME|USER|USERNAME|LOGNAME|PATH|PWD|SHELL|LANG|LC_\w+|TZ|TERM|TMP|TEMP|TMPDIR|HOST|HOSTNAME|PORT|USERPROFILE|APPDATA|LOCALAPPDATA|XDG_\w+)$/;

/** Puts the environment's values where texts ask for them. */
export function resolveEnv(value: unknown, sources: ReferenceSources): Resolved {
  const problems: ConfigProblem[] = [];
  const referred = new Set<string>();
  const text = (said: string, path: Path): string => {
    let isConfidential = false;
    const result = said.replaceAll(REFERENCE, (whole, escaped, inner: string) => {
      if (escaped !== undefined) return whole.slice(1);
      const found = resolveOne(inner, sources);
      if ("fault" in found) {
        problems.push({ path, detail: found.fault });
        return "";
      }
      if (found.isConfidential) {
        referred.add(found.text);
        isConfidential = true;
      }
      return found.text;
    });
    if (isConfidential) referred.add(result);
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

/** What stands between the braces. */
function resolveOne(
  inner: string,
  { env, known }: ReferenceSources,
): { readonly text: string; readonly isConfidential: boolean } | { readonly fault: string } {
  const own = known?.(inner);
  if (own !== undefined) return { text: own, isConfidential: false };
  const [, name, otherwise] = NAME.exec(inner) ?? [];
  if (name === undefined) {
    const why = inner.startsWith("input:")
      ? "is a question of an editor's, which nobody is asked here, expected"
      : "is not";
    return { fault: `"\${${inner}}" ${why} \${NAME} of an environment variable` };
  }
  const said = env(name) || undefined;
  const text = said ?? otherwise;
  if (text === undefined) return { fault: `the environment variable ${name} is not set` };
  return { text, isConfidential: said !== undefined && !PUBLIC.test(name) };
}

const FILE = "file:";

/** Whether a value, as it was written, stands for the text of a file. */
export function isFileReference(said: unknown): said is string {
  return typeof said === "string" && said.startsWith(FILE);
}

/** The text of the file that "file:PATH" names, without blanks around it; `place` says where paths begin. */
export function readSecret(
  said: string,
  readFile: ReferenceSources["readFile"],
  place: (path: string) => string,
): { readonly secret: string } | { readonly fault: string } {
  const path = place(said.slice(FILE.length));
  try {
    return { secret: readFile(path).trim() };
  } catch (thrown) {
    const why = describeThrown(thrown).replace(/^Cannot read [^:]*: |: readfile .*$/g, "");
    return { fault: `the file ${path} cannot be read: ${why}` };
  }
}

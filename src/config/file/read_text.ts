/** The text of a configuration file as a value, with where everything in it stands. */
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { depthExceeds } from "../../base/json_depth.ts";
import { LIMITS } from "../../base/limits.ts";
import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";

/** The way to a value: keys and indices. */
export type Path = readonly (string | number)[];

/** The value that stands there; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (at as Record<string | number, unknown> | null | undefined)?.[key],
    value,
  );
}

/** Something that is wrong, and where: an offset into the text. */
export interface TextFault {
  readonly offset: number;
  readonly detail: string;
}

/** A file's text, understood as far as it is JSON or YAML. */
export interface ReadText {
  readonly value: unknown;
  readonly faults: readonly TextFault[];
  /** Where the value stands, or the nearest one around it; with `key`, where its name does. */
  offsetOf(path: Path, key?: boolean): number;
}

/** A file's text as JSON with comments, or as YAML by its name. */
export function readText(text: string, file: string): ReadText {
  if (depthExceeds(text, LIMITS.messageDepthMax)) {
    // Parsers go down by calls, and the stack has an end.
    const detail = `it is nested more than ${LIMITS.messageDepthMax} deep`;
    return { value: undefined, faults: [{ offset: 0, detail }], offsetOf: () => 0 };
  }
  // Some editors begin a file with a mark; a blank in its place keeps all others where they are.
  const plain = text.replace(/^\ufeff/, " ");
  return /\.ya?ml$/i.test(file) ? readYaml(plain) : readJson(plain);
}

function readJson(text: string): ReadText {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: false });
  const faults = errors.map(({ error, offset }) => ({
    offset,
    detail: `this is no JSON: ${wordsOf(printParseErrorCode(error))}`,
  }));
  if (root === undefined) return { value: undefined, faults, offsetOf: () => 0 };
  return {
    value: getNodeValue(root),
    faults: [...faults, ...twice(root)],
    offsetOf(path, key = false) {
      for (let length = path.length; length > 0; length--) {
        const node = findNodeAtLocation(root, path.slice(0, length) as (string | number)[]);
        if (node === undefined) continue;
        const isKey = key && length === path.length && node.parent?.type === "property";
        return isKey ? node.parent!.offset : node.offset;
      }
      return root.offset;
    },
  };
}

/** "CommaExpected" is "comma expected". */
function wordsOf(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => " " + letter).toLowerCase();
}

/** Of two values under one key nobody knows which one is meant. */
function twice(node: Node): TextFault[] {
  const inner = (node.children ?? []).flatMap(twice);
  if (node.type !== "object") return inner;
  const seen = new Set<string>();
  const own = (node.children ?? []).flatMap((property): TextFault[] => {
    const key = String(property.children?.[0]?.value);
    if (seen.has(key)) return [{ offset: property.offset, detail: `"${key}" is there twice` }];
    seen.add(key);
    return [];
  });
  return [...own, ...inner];
}

function readYaml(text: string): ReadText {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const faults = [...document.errors].map(({ pos, message }) => ({
    offset: pos[0],
    detail: `this is no YAML: ${message.split("\n")[0]}`,
  }));
  return {
    // Few aliases: a file of a line or two could otherwise become a value of gigabytes.
    value: faults.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 }),
    faults,
    offsetOf(path, key = false) {
      for (let length = path.length; length > 0; length--) {
        const place = path.slice(0, length);
        if (key && length === path.length) {
          const holder = document.getIn(place.slice(0, -1), true);
          const pair = isMap(holder)
            ? holder.items.find(({ key: each }) => isScalar(each) && each.value === place.at(-1))
            : undefined;
          if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
        }
        const node = document.getIn(place, true);
        if (isNode(node) && node.range) return node.range[0];
      }
      return 0;
    },
  };
}

/** Counted from 1, as editors do. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

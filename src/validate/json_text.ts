/** The text of a JSON file, comments allowed, with where everything in it stands. */
import {
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
  visit,
} from "jsonc-parser";
import { depthExceeds } from "../base/json_depth.ts";

/** A comment without its signs, and where it begins. */
export interface Comment {
  readonly text: string;
  readonly offset: number;
}

/** What is wrong with a text, and where. */
export interface TextFault {
  readonly offset: number;
  /** What the text is: "no JSON: …". */
  readonly message: string;
}

/** Deeper ones are not looked at: parsers and rules go down by calls, and the stack has an end. */
export const JSON_DEPTH_MAX = 500;

/** What a deeper one is, for messages. */
export const TOO_DEEP =
  `nested more than ${JSON_DEPTH_MAX} deep, expected at most ${JSON_DEPTH_MAX}`;

const OPTIONS = { allowTrailingComma: true, allowEmptyContent: false };

export class JsonText {
  /** Undefined where there is a fault. */
  readonly value: unknown;
  /** The first thing that is wrong. */
  readonly fault: TextFault | undefined;
  #root: Node | undefined;
  /** JSON itself has no comments. */
  #mayComment = false;

  constructor(readonly text: string) {
    if (depthExceeds(text, JSON_DEPTH_MAX)) {
      this.fault = { offset: 0, message: TOO_DEEP };
      return;
    }
    try {
      this.value = JSON.parse(text);
    } catch {
      this.#mayComment = true;
      const errors: ParseError[] = [];
      this.#root = parseTree(text, errors, OPTIONS);
      const first = errors[0];
      if (first === undefined && this.#root !== undefined) this.value = getNodeValue(this.#root);
      else this.fault = { offset: first?.offset ?? 0, message: wordsOf(first) };
    }
  }

  /** Where a value, or the key that it stands behind, begins; the nearest around it where it is missing. */
  offsetOf(pointer: string): number {
    const node = this.#nodeAt(pointer);
    return (node?.parent?.type === "property" ? node.parent.offset : node?.offset) ?? 0;
  }

  /** Where a value stands, without its key. */
  spanOf(pointer: string): { readonly offset: number; readonly length: number } {
    const { offset = 0, length = 0 } = this.#nodeAt(pointer) ?? {};
    return { offset, length };
  }

  #nodeAt(pointer: string): Node | undefined {
    this.#root ??= parseTree(this.text, [], OPTIONS);
    return this.#root && walk(this.#root, pointer).node;
  }

  comments(): readonly Comment[] {
    const comments: Comment[] = [];
    if (!this.#mayComment) return comments;
    visit(this.text, {
      onComment: (offset, length) =>
        void comments.push({ text: this.text.slice(offset, offset + length), offset }),
    }, OPTIONS);
    return comments;
  }
}

/** How far a pointer leads: to a value, or to the nearest around it where steps are left. */
export interface Reached {
  readonly node: Node;
  /** Steps that lead nowhere. */
  readonly left: readonly string[];
}

/** Follows a JSON Pointer. Of keys that stand twice the last counts, as for every parser. */
export function walk(root: Node, pointer: string): Reached {
  const steps = pointerKeys(pointer);
  let node = root;
  for (const [at, step] of steps.entries()) {
    const next = childOf(node, step);
    if (next === undefined) return { node, left: steps.slice(at) };
    node = next;
  }
  return { node, left: [] };
}

/** The steps of a JSON Pointer, as they are in the value. */
export function pointerKeys(pointer: string): readonly string[] {
  return pointer.split("/").slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The node says whether "0" is an index or a key. */
function childOf({ type, children = [] }: Node, step: string): Node | undefined {
  if (type === "array") return /^(?:0|[1-9]\d*)$/.test(step) ? children[Number(step)] : undefined;
  if (type !== "object") return undefined;
  return children.findLast(({ children: [key] = [] }) => key?.value === step)?.children?.[1];
}

function wordsOf(error: ParseError | undefined): string {
  const name = error === undefined ? "it is empty" : printParseErrorCode(error.error);
  return "no JSON: " + name.replace(/(?<=[a-z])[A-Z]/g, (letter) => " " + letter).toLowerCase();
}

/** Changes to one member of an object in a JSON text, which leave every other character as it is. */
import { type Node, parseTree } from "jsonc-parser";
import type { Edit } from "./finding.ts";
import { walk } from "./json_text.ts";

/** Blanks and comments up to a comma, and the blanks behind it. */
const COMMA = /^(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*?,\s*/;
/** What may stand behind a member in its line: a comma and a comment. */
const REST_OF_LINE = /^[^\S\r\n]*(,?)[^\S\r\n]*(?:\/\/[^\r\n]*)?/;

/** The text with the edit done; undefined where there is no such object. */
export function editJson(text: string, edit: Edit): string | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (root === undefined) return undefined;
  const { node, left } = walk(root, edit.pointer);
  if (left.length > 0) return undefined;
  if (edit.op === "remove") return removed(text, node.parent);
  return node.type === "object" ? withMember(text, node, edit.key, edit.value) : undefined;
}

function removed(text: string, member: Node | undefined): string | undefined {
  if (member?.type !== "property") return undefined;
  const { offset } = member;
  const end = offset + member.length;
  const siblings = member.parent!.children!;
  const before = siblings[siblings.indexOf(member) - 1];
  if (before === undefined || siblings.at(-1) !== member) {
    return text.slice(0, offset) + text.slice(end).replace(COMMA, "");
  }
  const endBefore = before.offset + before.length;
  return text.slice(0, endBefore) + text.slice(end);
}

function withMember(text: string, object: Node, key: string, value: unknown): string {
  const { node, left } = walk(object, `/${key}`);
  if (left.length === 0) return spliced(text, node.offset, node.length, JSON.stringify(value));
  const member = memberText(key, value, isTight(text, object));
  const last = object.children!.at(-1);
  if (last === undefined) return spliced(text, object.offset + 1, 0, member);
  const end = last.offset + last.length;
  const indent = indentOf(text, object, last);
  if (indent === undefined) {
    return spliced(text, end, 0, `,${isTight(text, object) ? "" : " "}${member}`);
  }
  // A comment behind the last member goes on speaking of it.
  const [rest, comma] = REST_OF_LINE.exec(text.slice(end))!;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const longer = spliced(text, end + rest.length, 0, `${eol}${indent}${member}`);
  return comma === "" ? spliced(longer, end, 0, ",") : longer;
}

function memberText(key: string, value: unknown, tight: boolean): string {
  const json = JSON.stringify({ [key]: value });
  return (tight ? json : json.replaceAll('":', '": ')).slice(1, -1);
}

/** Whether an object has no blanks behind its colons. */
function isTight(text: string, { offset, length }: Node): boolean {
  const inner = text.slice(offset, offset + length);
  return /"\s*:\S/.test(inner) && !/"\s*:\s/.test(inner);
}

/** What stands before a member that begins its line; undefined where it shares it with another. */
function indentOf(text: string, object: Node, { offset }: Node): string | undefined {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const indent = text.slice(start, offset);
  return start > object.offset && indent.trim() === "" ? indent : undefined;
}

function spliced(text: string, at: number, length: number, put: string): string {
  return text.slice(0, at) + put + text.slice(at + length);
}

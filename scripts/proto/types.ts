/** TypeScript's declarations for the codecs that pbjs writes: what of them is used, and no more. */
import protobuf from "protobufjs";

const SCALARS: Readonly<Record<string, string>> = {
  string: "string",
  bytes: "Uint8Array",
  bool: "boolean",
  double: "number",
  int32: "number",
  uint32: "number",
  int64: "number",
};

const HEAD = `/** Bytes on their way out. */
interface Writer {
  /** All that was written. */
  finish(): Uint8Array;
}
`;

/** Each message has two types: as it is read, \`X\`, and as it may be written, \`XInit\`. */
export function declarations(root: protobuf.Root): string {
  const parts = root.nestedArray.map((each) => declare(each, "export ")).join("");
  return `${HEAD}\n${parts}`;
}

function declare(object: protobuf.ReflectionObject, prefix: string): string {
  if (object instanceof protobuf.Type) return declareType(object);
  if (object instanceof protobuf.Enum) return declareEnum(object);
  if (object instanceof protobuf.Service || !(object instanceof protobuf.Namespace)) return "";
  const inner = object.nestedArray.map((each) => declare(each, "")).join("");
  return `${prefix}namespace ${object.name} {\n${indent(inner)}}\n`;
}

function declareEnum({ name, values }: protobuf.Enum): string {
  const members = Object.entries(values).map(([key, value]) => `readonly ${key}: ${value};\n`);
  return `const ${name}: {\n${indent(members.join(""))}};\n`;
}

function declareType(type: protobuf.Type): string {
  const { name, fieldsArray, oneofsArray } = type;
  const read = fieldsArray.map((field) => `readonly ${field.name}: ${readType(field)};\n`);
  const which = oneofsArray.map((oneof) =>
    `readonly ${oneof.name}: ${
      oneof.fieldsArray.map((field) => `"${field.name}"`).join(" | ")
    } | undefined;\n`
  );
  const written = fieldsArray.map((field) =>
    `readonly ${field.name}?: ${typeOf(field, "Init")} | null | undefined;\n`
  );
  const nested = type.nestedArray.map((each) => declare(each, "")).join("");
  return `interface ${name} {\n${indent([...read, ...which].join(""))}}\n` +
    `interface ${name}Init {\n${indent(written.join(""))}}\n` +
    `namespace ${name} {\n${indent(codec(name) + nested)}}\n`;
}

/** Reading throws for what is no such message; its bytes are views into those that were given. */
function codec(name: string): string {
  return `function encode(message: ${name}Init, writer?: Writer): Writer;\n` +
    `function decode(bytes: Uint8Array): ${name};\n`;
}

/** What may be absent is null: messages, and members of a oneof. */
function readType(field: protobuf.Field): string {
  const mayLack = !field.repeated && !field.map &&
    (field.partOf !== null || field.resolvedType instanceof protobuf.Type);
  return typeOf(field, "") + (mayLack ? " | null" : "");
}

function typeOf(field: protobuf.Field, suffix: string): string {
  const { resolvedType } = field;
  const single = resolvedType instanceof protobuf.Type
    ? resolvedType.fullName.slice(1) + suffix
    : resolvedType instanceof protobuf.Enum
    ? "number"
    : scalar(field.type);
  if (field.map) return `Readonly<Record<string, ${single}>>`;
  return field.repeated ? `readonly ${single}[]` : single;
}

function scalar(type: string): string {
  const name = SCALARS[type];
  if (name === undefined) throw new Error(`Cannot declare a field of type ${type}`);
  return name;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

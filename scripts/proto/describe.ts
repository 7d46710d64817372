/** Descriptors of the .proto files, as reflection hands them out. */
import protobuf from "protobufjs";
import descriptor, { type IFileDescriptorProto } from "protobufjs/ext/descriptor.js";

/** A file as protobufjs describes it: a plain object. */
type File = IFileDescriptorProto & {
  messageType: Message[];
  service?: { name: string; method: { name: string; inputType: string; outputType: string }[] }[];
};
interface Message {
  name: string;
  field?: { name: string; typeName?: string }[];
  nestedType?: Message[];
  oneofDecl?: { name: string }[];
}

/** What is known of a file beside its text. */
export interface Described {
  /** Such as "gomcp/v1/gomcp.proto". */
  readonly name: string;
  /** The files that it imports. */
  readonly imports: readonly string[];
  /** Full names of what it defines: messages, enums, services, methods. */
  readonly symbols: readonly string[];
  /** A serialized google.protobuf.FileDescriptorProto. */
  readonly bytes: Uint8Array;
}

/** Describes what `root` has of a package as the one file `name`. */
export function describe(
  root: protobuf.Root,
  name: string,
  packageName: string,
  imports: readonly string[],
): Described {
  // protobufjs names files by their packages, knows no imports, and leaves names as they were written.
  const set = (root as unknown as { toDescriptor(edition: string): { file: File[] } })
    .toDescriptor("proto3");
  const file = set.file.find((each) => each.package === packageName)!;
  for (const message of file.messageType) {
    qualify(message, root.lookupType(`${packageName}.${message.name}`));
  }
  for (const service of file.service ?? []) {
    const { methods } = root.lookupService(`${packageName}.${service.name}`);
    for (const method of service.method) {
      method.inputType = methods[method.name]!.resolvedRequestType!.fullName;
      method.outputType = methods[method.name]!.resolvedResponseType!.fullName;
    }
  }
  const whole = { ...file, name, dependency: [...imports], syntax: "proto3" };
  const symbols = symbolsOf(root.lookup(packageName) as protobuf.Namespace);
  return { name, imports, symbols, bytes: descriptor.FileDescriptorProto.encode(whole).finish() };
}

function qualify(message: Message, type: protobuf.Type): void {
  for (const field of message.field ?? []) {
    if (!field.typeName) continue;
    const own = Object.values(type.fields).find((each) => snake(each.name) === snake(field.name))!;
    // A map's entries are a message of its own, within the one that has the map.
    field.typeName = own.map
      ? `${type.fullName}.${entryName(field.typeName)}`
      : own.resolvedType!.fullName;
  }
  for (const oneof of message.oneofDecl ?? []) oneof.name = snake(oneof.name);
  for (const inner of message.nestedType ?? []) {
    const nested = type.nested?.[inner.name];
    if (nested instanceof protobuf.Type) qualify(inner, nested);
    else qualifyEntry(inner, type);
  }
}

/** The name that protoc gives to the entries of a map, and that is checked. */
function entryName(name: string): string {
  return `${name.split(".").at(-1)!.replace(/Entry$/, "")}Entry`;
}

/** The value of a map's entry. */
function qualifyEntry(entry: Message, type: protobuf.Type): void {
  entry.name = entryName(entry.name);
  const value = entry.field!.find(({ name }) => name === "value")!;
  if (!value.typeName) return;
  const map = Object.values(type.fields).find((field) => field.map)!;
  value.typeName = map.resolvedType!.fullName;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function symbolsOf(object: protobuf.ReflectionObject): string[] {
  const own = object.fullName.slice(1);
  if (object instanceof protobuf.Service) {
    return [own, ...Object.keys(object.methods).map((method) => `${own}.${method}`)];
  }
  const inner = object instanceof protobuf.Namespace ? object.nestedArray.flatMap(symbolsOf) : [];
  const isNamed = object instanceof protobuf.Type || object instanceof protobuf.Enum;
  return isNamed ? [own, ...inner] : inner;
}

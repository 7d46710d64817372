/** google.protobuf.Struct as JSON values, and back. */
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import type { google } from "../../protocol/gen/gomcp_v1.js";

type Struct = google.protobuf.Struct;
type Value = google.protobuf.Value;
type ValueInit = google.protobuf.ValueInit;

/** An object; throws for what JSON cannot say, or what is nested too deep. */
export function fromStruct(struct: Struct, depth = 1): Record<string, unknown> {
  checkDepth(depth);
  const object: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(struct.fields)) {
    setOwn(object, key, fromValue(value, depth));
  }
  return object;
}

function fromValue(value: Value, depth: number): unknown {
  switch (value.kind) {
    case "numberValue":
      return checkNumber(value.numberValue!);
    case "stringValue":
      return value.stringValue;
    case "boolValue":
      return value.boolValue;
    case "structValue":
      return fromStruct(value.structValue!, depth + 1);
    case "listValue":
      return fromList(value.listValue!.values, depth + 1);
    case "nullValue":
      return null;
    default:
      throw new SyntaxError("a value of it has no kind, expected one");
  }
}

function fromList(values: readonly Value[], depth: number): unknown[] {
  checkDepth(depth);
  return values.map((value) => fromValue(value, depth));
}

function checkNumber(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new SyntaxError(`a number of it is ${value}, expected one that JSON has`);
}

/** An object that JSON can say. */
export function toStruct(object: Readonly<Record<string, unknown>>): google.protobuf.StructInit {
  const fields: Record<string, ValueInit> = {};
  for (const [key, value] of Object.entries(object)) {
    setOwn(fields, key, toValue(value));
  }
  return { fields };
}

function toValue(value: unknown): ValueInit {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "number") return { numberValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(toValue) } };
  if (isRecord(value)) return { structValue: toStruct(value) };
  return { nullValue: 0 };
}

function checkDepth(depth: number): void {
  const max = LIMITS.messageDepthMax;
  if (depth <= max) return;
  throw new SyntaxError(`it is nested more than ${max} deep, expected at most ${max}`);
}

/** "__proto__" is a key like any other, as JSON.parse has it. */
function setOwn<T>(object: Record<string, T>, key: string, value: T): void {
  if (key !== "__proto__") object[key] = value;
  else {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}

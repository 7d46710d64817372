/** Arguments and results in the forms that gomcp.proto has for them. */
import { Buffer } from "node:buffer";
import { parseMessage } from "../../base/json_depth.ts";
import { describeThrown, type Problem } from "../../base/errors.ts";
import { clip } from "../../protocol/jsonrpc.ts";
import { type Completed, resultJson, type ToolOutcome } from "../../pipeline/outcome.ts";
import { gomcp, type google } from "../../protocol/gen/gomcp_v1.js";
import { fromStruct, toStruct } from "./struct.ts";

/** The oneof of arguments, wherever it stands. */
interface Arguments {
  readonly argumentsJson: Uint8Array | null;
  readonly argumentsStruct: google.protobuf.Struct | null;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });
const NO_ARGUMENTS = Object.freeze({});
const { RESULT_FORM_STRUCT, RESULT_FORM_UNSPECIFIED } = gomcp.v1.ResultForm;

/** The arguments as a JSON value. `at` is where they stand, as a JSON Pointer. */
export function readArguments(
  { argumentsJson, argumentsStruct }: Arguments,
  at = "",
): { readonly args: unknown } | Problem {
  try {
    if (argumentsStruct !== null) return { args: fromStruct(argumentsStruct) };
    if (argumentsJson === null || argumentsJson.length === 0) return { args: NO_ARGUMENTS };
    return { args: parseMessage(decodeText(argumentsJson)) };
  } catch (error) {
    const name = argumentsStruct === null ? "arguments_json" : "arguments_struct";
    const detail = `Cannot read ${name}: ${clip(describeThrown(error), 200)}`;
    return { code: "parse_error", detail, pointer: `${at}/${name}` };
  }
}

/** What is wrong with a form that was asked for: an enum of protobuf may come as any number. */
export function refuseForm(form: number): Problem | undefined {
  return form >= RESULT_FORM_UNSPECIFIED && form <= RESULT_FORM_STRUCT
    ? undefined
    : unknownValue("result_form", form);
}

/** For a number that stands for none of an enum's values: to take it for another one would be a guess. */
export function unknownValue(name: string, value: number): Problem {
  const detail = `Cannot take request: ${name} is ${value}, expected one of the values of its enum`;
  return { code: "invalid_request", detail, pointer: `/${name}` };
}

/** Throws for what is no UTF-8. A TextDecoder that finds that out costs several times as much. */
function decodeText(bytes: Uint8Array): string {
  if (!Buffer.isBuffer(bytes)) return UTF8.decode(bytes);
  const text = bytes.toString("utf8");
  // What stands for bytes that are none; it may also have been sent as it is.
  return text.includes("\ufffd") ? UTF8.decode(bytes) : text;
}

/** A result in the form that was asked for, or why it cannot be said in it. */
export function resultMessage(
  outcome: Completed,
  form: number,
): gomcp.v1.CallToolResponseInit | Problem {
  const isError = outcome.result.isError === true;
  const json = resultJson(outcome);
  if (form !== RESULT_FORM_STRUCT) return { resultJson: Buffer.from(json), isError };
  const message = { resultStruct: toStruct(JSON.parse(json)), isError };
  try {
    gomcp.v1.CallToolResponse.encode(message);
    return message;
  } catch {
    const detail =
      "Cannot give the result as a Struct: it is nested too deep, expected JSON asked for";
    return { code: "too_large", detail };
  }
}

/** How a call ended: the message of its result, or the problem. */
export function outcomeMessage(
  outcome: ToolOutcome,
  form: number,
): gomcp.v1.CallToolResponseInit | Problem {
  return outcome.kind === "problem" ? outcome.problem : resultMessage(outcome, form);
}

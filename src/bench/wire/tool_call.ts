/** The call that load is made of: each has a number in its arguments, so that no two are the same. */

/** A call of a tool, of which each is a little different. */
export interface ToolCall {
  readonly tool: string;
  /** The arguments of the call of that number, as JSON. */
  argumentsJson(number: number): string;
  /** The same as a value. */
  argumentsOf(number: number): Readonly<Record<string, unknown>>;
}

const NUMBER_MARK = "$n";
const PAYLOAD_MARK = "$payload";
/** Numbers have seven digits: calls are as long as each other. */
const FIRST = 1_000_000;
const NUMBERS = 9_000_000;
/** Common words: as long as one likes, and nothing that an attack looks like. */
const WORDS = "a parcel of plain words that travel from one side to the other and back again ";

/** The text of a call that was told nothing of its size. */
export const USUAL_TEXT = `hello world, this is a perf probe ${NUMBER_MARK}`;

/** A text of so many characters, all of them one byte, that ends in the number. */
export function payloadText(bytes: number): string {
  const length = Math.max(0, bytes - String(FIRST).length);
  return WORDS.repeat(Math.ceil(length / WORDS.length)).slice(0, length) + NUMBER_MARK;
}

/**
 * Calls of `tool`. In the texts of `template` `$n` stands for the number of the call, and `$payload`
 * for `payload`.
 */
export function toolCall(tool: string, template: unknown, payload: string): ToolCall {
  const json = JSON.stringify(template)
    .replaceAll(PAYLOAD_MARK, () => JSON.stringify(payload).slice(1, -1));
  const parts = json.split(NUMBER_MARK);
  const argumentsJson = parts.length === 1
    ? () => json
    : parts.length === 2
    ? (number: number) => parts[0] + numberText(number) + parts[1]
    : (number: number) => parts.join(numberText(number));
  const key = onlyText(template);
  const argumentsOf = key === undefined
    ? (number: number) => JSON.parse(argumentsJson(number))
    : textMaker(
      key,
      (template as Record<string, string>)[key]!.replaceAll(PAYLOAD_MARK, () => payload),
    );
  return { tool, argumentsJson, argumentsOf };
}

function numberText(number: number): string {
  return String(FIRST + number % NUMBERS);
}

/** The usual case, without a parser between what is measured. */
function textMaker(key: string, text: string): ToolCall["argumentsOf"] {
  const parts = text.split(NUMBER_MARK);
  if (parts.length !== 2 || key !== "msg") return (n) => ({ [key]: parts.join(numberText(n)) });
  return (number) => ({ msg: parts[0] + numberText(number) + parts[1] });
}

function onlyText(template: unknown): string | undefined {
  const entries = Object.entries(template as object);
  return entries.length === 1 && typeof entries[0]![1] === "string" ? entries[0]![0] : undefined;
}

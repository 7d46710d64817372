/** The program's log: levelled, structured, one line a record; where lines go is the caller's. */
import type { Clock } from "./clock.ts";

/** In order of gravity. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "off"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = "text" | "json";
/** What belongs to a record, by name. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Takes records, by how grave they are. */
export interface Logger {
  /** What only a developer wants to know. */
  debug(message: string, fields?: LogFields): void;
  /** What happens in normal work. */
  info(message: string, fields?: LogFields): void;
  /** What an operator should look at. */
  warn(message: string, fields?: LogFields): void;
  /** What an operator must look at. */
  error(message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly clock: Clock;
  /** Takes one line, with its newline. */
  readonly write: (line: string) => void;
}

export function createLogger({ level, format, clock, write }: LoggerOptions): Logger {
  const threshold = LOG_LEVELS.indexOf(level);
  const render = format === "json" ? renderJson : renderText;
  const at = (name: LogLevel) => {
    if (LOG_LEVELS.indexOf(name) < threshold) return () => {};
    return (message: string, fields: LogFields = {}) =>
      write(render(new Date(clock.wall()).toISOString(), name, message, fields) + "\n");
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A log that nobody reads. */
export const SILENT_LOG: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/** Fields come first in the spread: none of them can take the place of time, level or message. */
function renderJson(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const head = { time, level, message };
  try {
    return JSON.stringify({ ...head, ...fields, ...head });
  } catch {
    return JSON.stringify({ ...head, fields: "not serialisable" });
  }
}

function renderText(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const tail = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${textValue(value)}`)
    .join("");
  return `${time} ${level.padEnd(5)} ${oneLine(message + tail)}`;
}

function textValue(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string" && /^[\w./:@+-]+$/.test(value)) return value;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "(not serialisable)";
  }
}

/** A tool's text must not forge a second record, nor steer the terminal that shows it. */
function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what this replaces
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, (c) => {
    return "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");
  });
}

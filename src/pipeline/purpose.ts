/** What a tool's arguments are for, as its author says: validation looks at each accordingly. */

/**
 * What an argument holds. Patterns that belong to it are not taken for an attack: HTML in `html`,
 * queries in `sql`, commands in `shell`; `code` is text of any kind that nobody interprets, such as
 * the contents of a file. `path` and `url` are looked at more strictly; `text` is the rest.
 */
export type ArgumentPurpose = "html" | "sql" | "code" | "path" | "url" | "shell" | "text";

export const ARGUMENT_PURPOSES: readonly ArgumentPurpose[] = [
  "html",
  "sql",
  "code",
  "path",
  "url",
  "shell",
  "text",
];

/** A purpose, and how large the argument's strings may be. */
export interface ArgumentUse {
  /** What the argument holds. */
  readonly for: ArgumentPurpose;
  /** Bytes of a string in it, 1 to 4 MiB. @default 102_400 */
  readonly stringBytesMax?: number;
}

/**
 * Purposes by the name of an argument, or by a JSON Pointer (RFC 6901) into the arguments. They
 * hold for everything below, unless a longer pointer says otherwise.
 */
export type ArgumentPurposes = Readonly<Record<string, ArgumentPurpose | ArgumentUse>>;

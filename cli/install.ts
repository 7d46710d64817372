/** `gomcp install`: an entry for gomcp in the configuration of a program that starts MCP servers. */
import { applyEdits, modify, parse, type ParseError } from "jsonc-parser";
import { dirname, resolve } from "node:path";
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import { isRecord } from "../src/base/json.ts";
import { splitWords } from "./words.ts";
import { CLIENT_PROGRAMS, type ClientProgram } from "./install/programs.ts";
import { type Flag, flagHelp, readFlags } from "../src/config/flags.ts";
import { findFile } from "./find_config.ts";
import { selfCommand } from "./install/self_command.ts";

const FLAGS: readonly Flag[] = [
  { name: "name", kind: "text", value: "NAME", default: "gomcp", help: "of the entry" },
  { name: "file", kind: "text", value: "FILE", help: "that program's file [its usual place]" },
  {
    name: "config",
    kind: "text",
    value: "FILE",
    help: "the configuration that gomcp then serves [that of the working directory]",
  },
  { name: "print", kind: "switch", help: "shows the file as it would be, and writes nothing" },
  { name: "help", kind: "switch", help: "shows this" },
];

export async function run(args: readonly string[]): Promise<number> {
  const { said, words } = splitWords(FLAGS, args);
  const values = readFlags(FLAGS, said, () => undefined);
  if (values.help === true || words.length === 0) {
    console.log(`Usage: gomcp install ${[...CLIENT_PROGRAMS.keys()].join("|")} [FLAGS]

Makes that program start gomcp over stdio. Everything else in its file stays as it is,
comments too; the file as it was is kept beside it.

${flagHelp(FLAGS)}`);
    return values.help === true ? 0 : 1;
  }
  const program = CLIENT_PROGRAMS.get(words[0]!);
  if (program === undefined || words.length > 1) {
    const known = [...CLIENT_PROGRAMS.keys()].join(", ");
    const text = `Cannot install for "${words.join(" ")}": expected one of ${known}`;
    throw new GomcpError("invalid_request", text);
  }
  const file = values.file as string | undefined ?? placeOf(program, words[0]!);
  const config = values.config as string | undefined ?? findFile();
  const before = readText(file);
  const after = withEntry(before ?? "", file, program, {
    name: values.name as string,
    entry: program.entry(selfCommand(config === undefined ? undefined : resolve(config))),
  });
  if (values.print === true) {
    console.log(after.trimEnd());
    return 0;
  }
  if (before === after) {
    console.log(`nothing to do: ${file} has this entry`);
    return 0;
  }
  await write(file, before, after);
  return 0;
}

function placeOf(program: ClientProgram, name: string): string {
  const place = program.file(Deno.build.os, (variable) => Deno.env.get(variable));
  if (place !== undefined) return place;
  const text = `Cannot install for ${name}: its file has no usual place here, name it by --file`;
  throw new GomcpError("invalid_request", text);
}

/** Undefined when there is none. */
function readText(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    const what = `Cannot read ${file}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", what, { cause });
  }
}

function withEntry(
  text: string,
  file: string,
  { member }: ClientProgram,
  { name, entry }: { readonly name: string; readonly entry: unknown },
): string {
  const whole = text.trim() === "" ? "{}\n" : text;
  const errors: ParseError[] = [];
  const value = parse(whole, errors, { allowTrailingComma: true });
  if (errors.length > 0 || !isRecord(value) || !isRecord(value[member] ?? {})) {
    const what =
      `Cannot install: ${file} is no JSON object with "${member}" in it; it is left as it is`;
    throw new GomcpError("invalid_request", what);
  }
  const tabs = /^\t/m.test(whole);
  const formattingOptions = { insertSpaces: !tabs, tabSize: 2, eol: "\n" };
  return applyEdits(whole, modify(whole, [member, name], entry, { formattingOptions }));
}

/** The file as it was stays beside it; nobody ever sees half of the new one. */
async function write(file: string, before: string | undefined, after: string): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true });
  if (before !== undefined) {
    const backup = `${file}.${new Date().toISOString().replaceAll(/[:.]/g, "-")}.bak`;
    await Deno.copyFile(file, backup);
    console.log(`kept ${backup}`);
  }
  const mode = before === undefined ? undefined : (await Deno.stat(file)).mode ?? undefined;
  const real = before === undefined ? file : await Deno.realPath(file);
  const draft = `${real}.${crypto.randomUUID()}.tmp`;
  await Deno.writeTextFile(draft, after, { createNew: true, ...(mode !== undefined && { mode }) });
  await Deno.rename(draft, real);
  console.log(`wrote ${file}`);
}

/** docs/settings.md: every setting, its flag, its variable and what it takes. */
import { CONFIG, configJsonSchema } from "../../src/config/file/config_schema.ts";
import type { Path } from "../../src/config/file/read_text.ts";
import { typeAt } from "../../src/config/file/schema_walk.ts";
import { settingOf } from "../../src/config/file/values.ts";
import { envName, type Flag } from "../../src/config/flags.ts";
import { SERVE_FLAGS } from "../../src/config/serve_flags.ts";
import { cell } from "./cli_page.ts";

/** What is read of a node of JSON Schema. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
}

export function settingsPage(): string {
  const schema = configJsonSchema() as Node;
  const { $schema: _, upstreams, tenants, ...server } = schema.properties!;
  const settings = [...rows(server, [], "")];
  const named = new Set(settings.map(({ flag }) => flag?.name));
  const others = SERVE_FLAGS.filter(({ name }) => !named.has(name) && name !== "help");
  return `# Settings

Everything that \`gomcp serve\` can be told, made of the code by \`deno task docs\`. A flag goes before its
variable, this before the setting of a [configuration file](configuration.md), this before the
default. Times are such as \`30s\` or \`1h30m\`, sizes such as \`64MiB\`; lists are arrays in the file,
repeated flags on the command line, and values between commas (of rate limits: semicolons) in a
variable. Flags without a variable weaken safety, or belong to one start.

${table(settings)}

## Only by flag or variable

| flag | variable | default | |
| --- | --- | --- | --- |
${others.map(flagRow).join("\n")}

## Of an upstream

Members of each item of \`upstreams\`: see [upstreams](upstreams.md).

${table([...rows(upstreams!.items!.properties!, ["upstreams", 0], "")])}

## Of a tenant

Members of each value of \`tenants\`, by the tenant's id.

${table([...rows((tenants!.additionalProperties as Node).properties!, ["tenants", "id"], "")])}
`;
}

interface Row {
  readonly name: string;
  readonly flag: Flag | undefined;
  readonly takes: string;
  readonly text: string;
}

/** Settings with others in them are shown as these, "log.level". */
function* rows(
  properties: Readonly<Record<string, Node>>,
  path: Path,
  before: string,
): Generator<Row> {
  for (const [key, node] of Object.entries(properties)) {
    const name = `${before}${key}`;
    const type = typeAt(CONFIG, [...path, key]);
    if (node.properties !== undefined) {
      yield* rows(node.properties, [...path, key], `${name}.`);
      continue;
    }
    const flagName = type === undefined ? undefined : settingOf(type)?.flag;
    const flag = SERVE_FLAGS.find((each) => each.name === flagName);
    yield { name, flag, takes: takes(node), text: flag?.help ?? node.description ?? "" };
  }
}

function takes(node: Node): string {
  if (node.anyOf !== undefined) return node.anyOf.map(takes).join(" or ");
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum !== undefined) return node.enum.map((each) => `\`${each}\``).join(", ");
  if (node.type === "integer") return `${node.minimum} to ${node.maximum}`;
  if (node.type === "boolean") return "true, false";
  if (node.type === "array") return `list of ${takes(node.items!)}`;
  return node.type === "string" ? "text" : "object";
}

function table(all: readonly Row[]): string {
  const hasFlags = all.some(({ flag }) => flag !== undefined);
  const lines = all.map(({ name, flag, takes, text }) => {
    const about = flag === undefined ? ["", ""] : [flagText(flag), usual(flag)];
    const cells = [`\`${name}\``, ...hasFlags ? about : [], cell(takes), cell(text)];
    return `| ${cells.join(" | ")} |`;
  });
  const heads = ["setting", ...hasFlags ? ["flag, variable", "default"] : [], "takes", ""];
  return [`| ${heads.join(" | ")} |`, `|${" --- |".repeat(heads.length)}`, ...lines].join("\n");
}

function flagText(flag: Flag): string {
  return [`\`--${flag.name}\``, variable(flag)].filter((part) => part !== "").join(" ");
}

function variable(flag: Flag): string {
  return flag.flagOnly === true ? "" : `\`${envName(flag)}\``;
}

function usual(flag: Flag): string {
  return flag.default === undefined ? "" : `\`${flag.default}\``;
}

function flagRow(flag: Flag): string {
  const cells = [`\`--${flag.name}\``, variable(flag), usual(flag), cell(flag.help)];
  return `| ${cells.join(" | ")} |`;
}

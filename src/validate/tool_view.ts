/** A tool as rules see it: what they all ask for is worked out once. */
import { isRecord, pointerStep } from "../base/json.ts";
import { type Schema, type SchemaNode, schemaNodes } from "./schema_nodes.ts";

/** A text of a definition that a model may read. */
export interface Words {
  readonly text: string;
  /** JSON Pointer into the definition. */
  readonly pointer: string;
}

const NOTHING: Schema = {};
const DEPTH_MAX = 100;

export class ToolView {
  /** The definition; empty when what came is no object. */
  readonly definition: Schema;
  /** Empty for a tool without one. */
  readonly name: string;
  /** The name as models see it, behind all prefixes. */
  readonly servedName: string;
  /** The name that gomcp shows it by. */
  readonly shownName: string;
  /** The name that locks and baselines know it by. */
  readonly pinnedName: string;
  #input: readonly SchemaNode[] | undefined;
  #output: readonly SchemaNode[] | undefined;
  #texts: Words[] | undefined;
  #json: string | undefined;

  constructor(
    readonly server: number,
    readonly index: number,
    /** As it came. */
    readonly raw: unknown,
    names: Pick<ToolView, "servedName" | "shownName" | "pinnedName">,
  ) {
    this.definition = isRecord(raw) ? raw : NOTHING;
    const { name } = this.definition;
    this.name = typeof name === "string" ? name : "";
    this.shownName = names.shownName;
    this.pinnedName = names.pinnedName;
    this.servedName = names.servedName;
  }

  /** Empty when it is missing, or no string. */
  get description(): string {
    const { description } = this.definition;
    return typeof description === "string" ? description : "";
  }

  /** Empty when there are none. */
  get annotations(): Schema {
    const { annotations } = this.definition;
    return isRecord(annotations) ? annotations : NOTHING;
  }

  /** The input schema and all within it, the outermost first. */
  get input(): readonly SchemaNode[] {
    return this.#input ??= schemaNodes(this.definition.inputSchema, "/inputSchema");
  }

  get output(): readonly SchemaNode[] {
    return this.#output ??= schemaNodes(this.definition.outputSchema, "/outputSchema");
  }

  /** Both schemas' nodes. */
  get schemas(): readonly SchemaNode[] {
    return [...this.input, ...this.output];
  }

  /** The definition as JSON. */
  get json(): string {
    return this.#json ??= JSON.stringify(this.raw) ?? "";
  }

  /** All texts of the definition, keys among them: a model may read each. */
  get texts(): readonly Words[] {
    if (this.#texts === undefined) collectWords(this.definition, "", 0, this.#texts = []);
    return this.#texts;
  }
}

function collectWords(value: unknown, pointer: string, depth: number, words: Words[]): void {
  if (typeof value === "string") words.push({ text: value, pointer });
  else if (depth > DEPTH_MAX) return;
  else if (Array.isArray(value)) {
    for (const [at, each] of value.entries()) {
      collectWords(each, `${pointer}/${at}`, depth + 1, words);
    }
  } else if (isRecord(value)) {
    for (const key of Object.keys(value)) {
      const at = pointer + pointerStep(key);
      if (!/^[\w$-]{1,64}$/.test(key)) words.push({ text: key, pointer: at });
      collectWords(value[key], at, depth + 1, words);
    }
  }
}

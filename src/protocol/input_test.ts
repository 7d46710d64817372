/** Which capabilities a question needs, by what the client declared. */
import { assertEquals } from "@std/assert";
import { missingCapability } from "./input.ts";

type Values = Record<string, unknown>;

const FORM = ["elicitation/create", {}] as const;
const FORM_BY_NAME = ["elicitation/create", { mode: "form" }] as const;
const URL_MODE = ["elicitation/create", { mode: "url" }] as const;
const SAMPLE = ["sampling/createMessage", {}] as const;
const WITH_TOOLS = ["sampling/createMessage", { tools: [] }] as const;
const WITH_CHOICE = ["sampling/createMessage", { toolChoice: { mode: "auto" } }] as const;
const WITH_CONTEXT = ["sampling/createMessage", { includeContext: "thisServer" }] as const;
const WITHOUT_CONTEXT = ["sampling/createMessage", { includeContext: "none" }] as const;
const WITH_ALL = [
  "sampling/createMessage",
  { tools: [], toolChoice: {}, includeContext: "allServers" },
] as const;
const ROOTS = ["roots/list", {}] as const;

type Row = readonly [readonly [string, Values], declared: Values, missing: Values | undefined];

const ROWS: readonly Row[] = [
  [FORM, { elicitation: {} }, undefined],
  [FORM_BY_NAME, { elicitation: {} }, undefined],
  [FORM, { elicitation: { form: {} } }, undefined],
  [FORM, { elicitation: { form: {}, url: {} } }, undefined],
  [FORM, { elicitation: { url: {} } }, { elicitation: {} }],
  [FORM, {}, { elicitation: {} }],
  [FORM, { elicitation: true }, { elicitation: {} }],
  [FORM, { elicitation: null }, { elicitation: {} }],
  [FORM, { elicitation: [] }, { elicitation: {} }],
  [URL_MODE, { elicitation: { url: {} } }, undefined],
  [URL_MODE, { elicitation: { form: {}, url: {} } }, undefined],
  [URL_MODE, { elicitation: {} }, { elicitation: { url: {} } }],
  [URL_MODE, { elicitation: { url: true } }, { elicitation: { url: {} } }],
  [URL_MODE, {}, { elicitation: { url: {} } }],
  [SAMPLE, { sampling: {} }, undefined],
  [SAMPLE, { sampling: { tools: {} } }, undefined],
  [SAMPLE, { elicitation: {} }, { sampling: {} }],
  [SAMPLE, { sampling: true }, { sampling: {} }],
  [WITH_TOOLS, { sampling: {} }, { sampling: { tools: {} } }],
  [WITH_TOOLS, { sampling: { tools: true } }, { sampling: { tools: {} } }],
  [WITH_TOOLS, { sampling: { tools: {} } }, undefined],
  [WITH_TOOLS, {}, { sampling: { tools: {} } }],
  [WITH_CHOICE, { sampling: { context: {} } }, { sampling: { tools: {} } }],
  [WITH_CHOICE, { sampling: { tools: {} } }, undefined],
  [WITH_CONTEXT, { sampling: {} }, { sampling: { context: {} } }],
  [WITH_CONTEXT, { sampling: { context: {} } }, undefined],
  [WITHOUT_CONTEXT, { sampling: {} }, undefined],
  [WITH_ALL, { sampling: {} }, { sampling: { tools: {}, context: {} } }],
  [WITH_ALL, { sampling: { tools: {} } }, { sampling: { context: {} } }],
  [WITH_ALL, { sampling: { tools: {}, context: {} } }, undefined],
  [ROOTS, { roots: {} }, undefined],
  [ROOTS, { roots: { listChanged: true } }, undefined],
  [ROOTS, {}, { roots: {} }],
];

for (const [[method, params], declared, missing] of ROWS) {
  const what = `${method} ${JSON.stringify(params)} of ${JSON.stringify(declared)}`;
  Deno.test(`missingCapability() of ${what} is ${JSON.stringify(missing) ?? "nothing"}`, () => {
    assertEquals(missingCapability(method, params, declared), missing);
  });
}

/** GM12x: values that a definition or its author gives for its schemas. */
import { isRecord } from "../../base/json.ts";
import { isUsable, misfit } from "../fits.ts";
import type { Rule } from "../rule.ts";
import { weather, weatherOf } from "./weather.ts";

export const exampleMisfit: Rule = {
  id: "GM120",
  name: "example-misfit",
  severity: "error",
  summary: "Defaults and examples fit the schema that they stand in.",
  why: "Models copy examples, and clients fill in defaults: a call with one of these is refused.",
  remedy: "Mend the value or the schema.",
  sources: ["https://json-schema.org/draft/2020-12/json-schema-validation (section 9)"],
  bad: { tools: [weatherOf({ type: "string", description: "A city.", default: 5 })] },
  good: {
    tools: [weatherOf({ type: "string", description: "A city.", default: "Bern", maxLength: 9 })],
  },
  tool(tool, report) {
    for (const nodes of [tool.input, tool.output]) {
      for (const { schema, pointer } of nodes) {
        const root = nodes[0]!.schema;
        const examples = Array.isArray(schema.examples) ? schema.examples : [];
        for (const [at, example] of examples.entries()) {
          const fault = misfit(example, schema, root);
          if (fault === undefined) continue;
          report(`${pointer}/examples/${at}`, `the example does not fit its schema: it ${fault}`);
        }
        const fault = "default" in schema ? misfit(schema.default, schema, root) : undefined;
        if (fault === undefined) continue;
        // `null` says "none" in many generators, and no client sends it.
        const severity = schema.default === null ? "warning" : "error";
        const message = `the default does not fit its schema: it ${fault}`;
        report(`${pointer}/default`, message, { severity });
      }
    }
  },
};

export const sampleMisfit: Rule = {
  id: "GM121",
  name: "sample-misfit",
  severity: "error",
  summary: "A sample of a result (`--samples`) fits the output schema.",
  why: "Structured content must conform to the output schema; clients check it and throw away " +
    "results that do not.",
  remedy:
    "Mend the tool or its output schema. `--samples FILE` has an object of tools' names, each " +
    "with the structured content, or the whole result of a call.",
  sources: ["MCP 2025-11-25, server/tools: structured content"],
  bad: {
    tools: [weather({
      outputSchema: { type: "object", properties: { sky: { type: "string" } }, required: ["sky"] },
    })],
    samples: { get_weather: { degrees: 20 }, get_wether: { sky: "blue" } },
  },
  good: {
    tools: [weather({
      outputSchema: { type: "object", properties: { sky: { type: "string" } }, required: ["sky"] },
    })],
    samples: { get_weather: { structuredContent: { sky: "blue" }, content: [] } },
  },
  tool({ name, definition: { outputSchema } }, report, { samples }) {
    const sample = samples.get(name);
    if (sample === undefined || !isRecord(outputSchema)) return;
    const isResult = isRecord(sample) && Array.isArray(sample.content);
    const content = isResult ? sample.structuredContent : sample;
    const fault = content === undefined
      ? "has no structured content"
      : misfit(content, outputSchema, outputSchema);
    if (fault !== undefined) report("/outputSchema", `the sample of a result: ${fault}`);
    else if (!isUsable(outputSchema)) {
      const message = "the sample cannot be checked: the schema is none of JSON Schema 2020-12";
      report("/outputSchema", message, { severity: "warning" });
    }
  },
  all(servers, report, { samples }) {
    const names = new Set(servers.flat().map(({ name }) => name));
    if (names.size === 0) return; // what could not be read is told by itself
    for (const name of samples.keys()) {
      if (!names.has(name)) {
        report({ server: 0 }, "", `there is a sample of "${name}", and no such tool`);
      }
    }
  },
};

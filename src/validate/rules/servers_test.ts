/** Rules that look at several tools, or at several servers of one client. */
import { assertEquals } from "@std/assert";
import { findingsOf } from "../testing.ts";
import type { Example } from "../rule.ts";
import { weather } from "./weather.ts";

function found(rule: string, example: Example): string[] {
  return findingsOf(example).filter((each) => each.rule === rule)
    .map(({ severity, message }) => `${severity} ${message}`);
}

const named = (...names: string[]) => names.map((name) => weather({ name }));

Deno.test("names that look alike are told apart by no model, on one server or on two", () => {
  assertEquals(found("GM322", { tools: named("read_file", "read-file") }), [
    'warning "read-file" looks like the name of another tool of its server, "read_file"',
  ]);
  assertEquals(found("GM322", { tools: named("read_file"), others: named("read_file") }), [
    'error "read_file" has the name of another server\'s tool, "read_file"',
  ]);
  assertEquals(found("GM322", { tools: named("read_file", "read_files") }), []);
});

Deno.test("tools of all servers are counted together", () => {
  const many = (prefix: string, count: number) =>
    named(...Array.from({ length: count }, (_, at) => `${prefix}_${at}`));
  const profiles = ["openai"] as const;
  assertEquals(found("GM203", { tools: many("a", 70), others: many("b", 70), profiles }), [
    "warning the servers have 140 tools together, expected at most 128 in a request (OpenAI's API)",
  ]);
  assertEquals(found("GM203", { tools: many("a", 64), others: many("b", 64), profiles }), []);
});

Deno.test("a sample that cannot be checked, or is of no tool, is told", () => {
  const outputSchema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { list: { type: "array", items: [{ type: "string" }] } },
  };
  const samples = { get_weather: { list: [1] }, get_wether: {} };
  assertEquals(found("GM121", { tools: [weather({ outputSchema })], samples }), [
    'error there is a sample of "get_wether", and no such tool',
    "warning the sample cannot be checked: the schema is none of JSON Schema 2020-12",
  ]);
});

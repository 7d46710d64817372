/** Reports: what each format's readers rely on, and that no server writes into them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { JsonText } from "../json_text.ts";
import { serverOf } from "../testing.ts";
import type { ToolServer } from "../tool_server.ts";
import { validate } from "../validate.ts";
import { weather } from "../rules/weather.ts";
import { FORMATS, render } from "./render.ts";

const OPTIONS = { least: "info", failOn: "error", version: "1.2.3" } as const;

/** A name and a description by which a server tries to write lines of its own. */
const HOSTILE = weather({
  name: "a\n::error file=x::pwned %0A | <b>",
  description: "</failure>]]> ![x](https://e.example/p?data={x}) \u001b[31m\u200b",
});

function inFile(tools: readonly unknown[]): ToolServer {
  const json = new JsonText(JSON.stringify(tools, null, 2));
  return {
    name: "dir/a b.json",
    prefix: "",
    tools: tools.map((definition, at) => ({
      definition,
      source: { kind: "json", file: "dir/a b.json", json, pointer: `/${at}` },
    })),
  };
}

const bad = weather({ name: "get_tides", inputSchema: { type: "object" } });

Deno.test("SARIF names the rule, its page, the place and a fingerprint for each finding", () => {
  const sarif = JSON.parse(render("sarif", validate([inFile([weather(), bad])]), OPTIONS));
  assertEquals(sarif.version, "2.1.0");
  const [{ tool: { driver }, results }] = sarif.runs;
  assertEquals(driver.version, "1.2.3");
  const result = results.find((each: { ruleId: string }) => each.ruleId === "GM211");
  const rule = driver.rules[result.ruleIndex];
  assertEquals([rule.id, rule.name], ["GM211", "NoProperties"]);
  assertMatch(rule.help.markdown, /^# GM211 no-properties/);
  const [{ physicalLocation, logicalLocations }] = result.locations;
  assertEquals(physicalLocation.artifactLocation.uri, "dir/a%20b.json");
  assert(physicalLocation.region.startLine > 20);
  assertEquals(logicalLocations[0].fullyQualifiedName, "dir/a b.json/get_tides#/inputSchema");
  assertEquals(result.level, "error");
  assert(result.partialFingerprints["gomcp/v1"]);
});

Deno.test("JUnit counts a case for each tool and one for the server, and fails by --fail-on", () => {
  const validation = validate([inFile([weather(), bad])]);
  const xml = render("junit", validation, OPTIONS);
  assertMatch(xml, /<testsuites name="gomcp validate" tests="3" failures="1">/);
  assertMatch(xml, /<failure message="[^"]*GM211[^"]*" type="GM211">/);
  assertMatch(render("junit", validation, { ...OPTIONS, failOn: "info" }), /failures="[12]"/);
});

Deno.test("JUnit has only characters that XML 1.0 has", () => {
  const name = "get_\uffff\ufffe\ud800\0\u{1f600}";
  const xml = render("junit", validate([serverOf([weather({ name })], "", "s\uffff")]), OPTIONS);
  // XML 1.0, section 2.2.
  const foreign = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
  assertEquals(foreign.exec(xml), null);
  assertMatch(xml, /get_\ufffd\ufffd\ufffd \u{1f600}/u);
});

Deno.test("GitHub's commands have file, line and title", () => {
  const lines = render("github", validate([inFile([bad])]), { ...OPTIONS, least: "error" });
  assertMatch(
    lines,
    /^::error file=dir\/a b\.json,line=\d+,col=\d+,title=GM211 no-properties::get_tides: the/,
  );
});

Deno.test("no report has lines, commands, tags or controls that a server wrote", () => {
  for (const servers of [[inFile([HOSTILE])], [serverOf([HOSTILE], "", "s\n::error::x")]]) {
    const validation = validate(servers);
    assert(validation.findings.length > 1);
    for (const format of FORMATS) {
      const text = render(format, validation, OPTIONS);
      // deno-lint-ignore no-control-regex -- control characters are what this looks for
      assertEquals(/[\x1b\u200b]/.test(text), false, format);
      if (format === "github") {
        for (const line of text.split("\n")) assertMatch(line, /^::(?:error|warning|notice) /);
        assertEquals(text.includes("\n::error file=x::pwned"), false);
      }
      if (format === "junit") assertEquals(text.match(/<\/failure>/g)?.length, 1);
      // Between backticks nothing is anything but text.
      const marked = text.replace(/`[^`\n]*`/g, "");
      if (format === "markdown") assertEquals(/!\[x\]\(|<b>/.test(marked), false, marked);
      if (format === "json" || format === "sarif") JSON.parse(text);
    }
  }
});

Deno.test("secrets are in no report", () => {
  const key = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_");
  const validation = validate([
    inFile([weather({ description: `Use ${key} to call it, please.` })]),
  ]);
  assert(validation.findings.some(({ rule }) => rule === "GM314"));
  for (const format of FORMATS) {
    assertEquals(render(format, validation, OPTIONS).includes(key), false, format);
  }
});

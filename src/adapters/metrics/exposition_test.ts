/** The text format: what a value or a label may hold, and what is left out. */
import { assertEquals } from "@std/assert";
import { familyText } from "./exposition.ts";

const HEAD = { name: "a_total", type: "counter", help: "Counts." } as const;

Deno.test("familyText() escapes what would end a label, and writes numbers as Prometheus does", () => {
  const samples = [
    { value: 1e21, labels: { of: 'a "b"\\c\nd' } },
    { value: Infinity, labels: { one: "1", two: "2" } },
    { value: 0.5 },
  ];
  assertEquals(
    familyText(HEAD, samples),
    "# HELP a_total Counts.\n# TYPE a_total counter\n" +
      'a_total{of="a \\"b\\"\\\\c\\nd"} 1e+21\n' +
      'a_total{one="1",two="2"} +Inf\na_total 0.5\n',
  );
});

Deno.test("familyText() says nothing of a family without samples", () => {
  assertEquals(familyText(HEAD, []), "");
});

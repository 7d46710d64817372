/** The page of a report: nothing from elsewhere, no script, and no markup of a server's. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fakeReport, fakeRun } from "./fake_report.ts";
import { htmlReport } from "./html_report.ts";
import { powerTicks, roundTicks } from "./line_chart.ts";
import { sparkline } from "./sparkline.ts";
import { textReport } from "./text_report.ts";

Deno.test("a page has two pictures a row, and takes nothing from elsewhere", () => {
  const page = htmlReport(fakeReport([fakeRun(1_234), fakeRun(2_000)]));
  assertEquals(page.match(/<svg /g)?.length, 2);
  assertEquals(page.match(/<polyline /g)?.length, 4);
  assertStringIncludes(page, "<td>1,234</td>");
  const namespace = "http://www.w3.org/2000/svg";
  assert(!/<script|<link|<img|src=|@import|url\(/.test(page));
  assert(!/https?:/.test(page.replaceAll(namespace, "")));
});

Deno.test("what a server is called is text on the page", () => {
  const page = htmlReport(fakeReport([fakeRun(1)]));
  assertStringIncludes(page, "calls &lt;b&gt;&amp;&quot;");
  assert(!page.includes("<b>"));
});

Deno.test("a run without results is drawn, too", () => {
  const empty = { min: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };
  const run = fakeRun(0, 0, { latencyUs: empty, curve: [[0, 0], [100, 0]], timeline: [] });
  const report = fakeReport([run]);
  assert(!/NaN|Infinity/.test(htmlReport(report) + textReport(report)));
});

Deno.test("a text says what is not known, and when the generator is busy", () => {
  const run = fakeRun(10, 5, { server: null, generator: { cpuUsPerCall: 1, cores: 0.97 } });
  const report = fakeReport([run]);
  const [row] = report.rows;
  const text = textReport({ ...report, rows: [{ ...row!, usageUnknown: "it is far away" }] });
  assertStringIncludes(text, "CPU and memory are not known: it is far away");
  assertStringIncludes(text, "the generator took 0.97 of a core");
});

Deno.test("ticks are round and go around all values", () => {
  assertEquals(roundTicks(37), [0, 10, 20, 30, 40]);
  assertEquals(roundTicks(0), [0, 1]);
  assertEquals(roundTicks(1_000_000), [0, 250_000, 500_000, 750_000, 1_000_000]);
  assertEquals(powerTicks([3, 450]), [1, 10, 100, 1_000]);
  assertEquals(powerTicks([]), [1, 10]);
});

Deno.test("a sparkline has a bar for each piece, the largest value the highest", () => {
  assertEquals(sparkline([0, 50, 100], 10), "▁▅█");
  assertEquals(sparkline([1, 9, 1, 1], 2), "█▂");
  assertEquals(sparkline([0, 0], 5), "▁▁");
  assertEquals(sparkline([], 5), "");
});

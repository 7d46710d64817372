/** The method table: which era knows what. */
import { assertEquals } from "@std/assert";
import { requestRow } from "./methods.ts";

const ROWS: readonly (readonly [string, boolean, boolean, string?])[] = [
  ["initialize", false, true],
  ["ping", false, true],
  ["logging/setLevel", false, true],
  ["server/discover", true, false],
  ["tools/list", true, true],
  ["tools/call", true, true, "name"],
];

for (const [method, modern, legacy, nameParam] of ROWS) {
  const eras = [modern && "the modern", legacy && "the legacy"].filter(Boolean).join(" and ");
  Deno.test(`requestRow() knows ${method} in ${eras} era`, () => {
    const row = requestRow(method);
    assertEquals([row?.modern, row?.legacy, row?.nameParam], [modern, legacy, nameParam]);
  });
}

Deno.test("requestRow() knows neither notifications, nor what no era has, nor names of Object's", () => {
  const unknown = ["notifications/cancelled", "notifications/initialized", "tools/Call", "", "x"];
  for (const method of [...unknown, "toString", "constructor", "__proto__", "hasOwnProperty"]) {
    assertEquals(requestRow(method), undefined);
  }
});

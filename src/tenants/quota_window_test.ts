/** Periods of quotas follow the UTC calendar. */
import { assertEquals } from "@std/assert";
import { CURRENT_WINDOWS, windowAt } from "./quota_window.ts";
import type { QuotaPeriod } from "./tenant.ts";

const ROWS: [QuotaPeriod, string, string, string][] = [
  ["minute", "2027-01-15T08:00:59.999Z", "2027-01-15T08:00:00.000Z", "2027-01-15T08:01:00.000Z"],
  ["hour", "2027-01-15T08:00:00.000Z", "2027-01-15T08:00:00.000Z", "2027-01-15T09:00:00.000Z"],
  ["day", "2027-12-31T23:59:59.999Z", "2027-12-31T00:00:00.000Z", "2028-01-01T00:00:00.000Z"],
  ["month", "2028-02-29T12:00:00.000Z", "2028-02-01T00:00:00.000Z", "2028-03-01T00:00:00.000Z"],
  ["month", "2027-12-31T23:59:59.999Z", "2027-12-01T00:00:00.000Z", "2028-01-01T00:00:00.000Z"],
];

for (const [period, now, starts, ends] of ROWS) {
  Deno.test(`windowAt() puts ${now} into its ${period}`, () => {
    const { startsMs, endsMs, name, index } = windowAt(period, Date.parse(now));
    assertEquals([startsMs, endsMs], [Date.parse(starts), Date.parse(ends)]);
    assertEquals(name, `${period}:${index}`);
    assertEquals(windowAt(period, endsMs).index, index + 1);
    assertEquals(windowAt(period, endsMs - 1).index, index);
  });
}

Deno.test("CURRENT_WINDOWS follow a clock that is set back, too", () => {
  const at = Date.parse("2027-01-15T08:00:30Z");
  for (const ms of [at, at + 60_000, at, at - 120_000]) {
    assertEquals(CURRENT_WINDOWS.minute.at(ms), windowAt("minute", ms));
  }
});

/** The defaults of a supervisor; the ranges are tested where they are used. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { checkOptions } from "./options.ts";

Deno.test("checkOptions() fills in what is not said", () => {
  const { defaultTimeoutMs, maxWorkers, queueMax, heartbeatPeriodMs } = checkOptions({});
  assertEquals(
    [defaultTimeoutMs, maxWorkers, queueMax, heartbeatPeriodMs],
    [30_000, 100, 1_000, 5_000],
  );
  assertEquals(checkOptions({ maxWorkers: 7 }).maxWorkers, 7);
});

Deno.test("checkOptions() names the option, its value and its range", () => {
  assertThrows(
    () => checkOptions({ queueMax: -1 }),
    GomcpError,
    "queueMax is -1, expected an integer from 0 to 1000000",
  );
});

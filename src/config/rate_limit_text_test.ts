/** Rate limits as people write them, and the part that is wrong in each mistake. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import type { RateLimit } from "../base/rate_limit.ts";
import { parseRateLimit } from "./rate_limit_text.ts";

const GOOD: readonly (readonly [string, Partial<RateLimit>])[] = [
  ["a=100/s", { count: 100, periodMs: 1_000 }],
  ["a=1/ms", { count: 1, periodMs: 1 }],
  ["a=20/m", { count: 20, periodMs: 60_000 }],
  ["a=20/h", { count: 20, periodMs: 3_600_000 }],
  ["a=20/d", { count: 20, periodMs: 86_400_000 }],
  ["a=5/1m30s", { count: 5, periodMs: 90_000 }],
  ["a=5/0.5s", { count: 5, periodMs: 500 }],
  ["a=5/s,burst=9", { count: 5, periodMs: 1_000, burst: 9 }],
  ["a=5/s,per=tenant", { count: 5, periodMs: 1_000, per: ["tenant"] }],
  [" a=5/s , per=tool+client+address ", {
    count: 5,
    periodMs: 1_000,
    per: ["tool", "client", "address"],
  }],
  ["a=5/s,on=login+list", { count: 5, periodMs: 1_000, operations: ["login", "list"] }],
  ["a=5/s,tools=find_*+a=b", { count: 5, periodMs: 1_000, tools: ["find_*", "a=b"] }],
  ["a=1000000/s,tools=x,per=tool,burst=1000000", {
    count: 1_000_000,
    periodMs: 1_000,
    burst: 1_000_000,
    per: ["tool"],
    tools: ["x"],
  }],
];

for (const [text, limit] of GOOD) {
  Deno.test(`parseRateLimit() reads "${text}"`, () => {
    assertEquals(parseRateLimit(text), { name: "a", ...limit });
  });
}

const BAD: readonly (readonly [string, string])[] = [
  ["", 'it begins with "", expected NAME=COUNT/PERIOD[,burst=N]'],
  ["100/s", 'it begins with "100/s", expected NAME=COUNT/PERIOD[,burst=N]'],
  ["a=1/s=2", 'it begins with "a=1/s=2"'],
  ["a=", 'its rate is "", expected COUNT/PERIOD such as 100/s'],
  ["a=100", 'its rate is "100", expected COUNT/PERIOD such as 100/s'],
  ["a=1/2/s", 'its rate is "1/2/s"'],
  ["a=/s", 'its count is "", expected a whole number'],
  ["a=1.5/s", 'its count is "1.5", expected a whole number'],
  ["a=-1/s", 'its count is "-1"'],
  ["a=0/s", "its count is 0, expected a whole number from 1 to 1000000"],
  ["a=1000001/s", "its count is 1000001, expected a whole number from 1 to 1000000"],
  ["a=1001/ms", "its rate is 1001 per 1 ms, expected at most 1000000 a second"],
  ["a=1/", 'its period is "", expected ms, s, m, h, d or a time'],
  ["a=1/y", 'its period is "y"'],
  ["a=1/60", 'its period is "60"'],
  ["a=1/0s", "its period in milliseconds is 0"],
  ["a=1/25h", "its period in milliseconds is 90000000, expected a whole number from 1 to 86400000"],
  ["=1/s", 'its name is "", expected 1 to 64 letters'],
  ["a b=1/s", 'its name is "a b"'],
  ['a"=1/s', 'its name is "a"", expected 1 to 64 letters'],
  ["a=1/s,", 'it has the part "", expected burst=, per=, on=, tools='],
  ["a=1/s,brust=3", 'it has the part "brust=3", expected burst=, per=, on=, tools='],
  ["a=1/s,burst", 'it has the part "burst"'],
  ["a=1/s,burst=x", 'its burst is "x", expected a whole number'],
  ["a=1/s,burst=0", "its burst is 0, expected a whole number from 1 to 1000000"],
  ["a=1/s,burst=2,burst=3", '"burst" stands twice'],
  [
    "a=1/d,burst=31",
    "its burst of 31 needs 31 days to come back at this rate, expected at most 30",
  ],
  ["a=1/s,per=", 'its per has "", expected some of tenant+client+tool+address'],
  ["a=1/s,per=ip", 'its per has "ip", expected some of tenant+client+tool+address'],
  ["a=1/s,per=tool+tool", 'its key is "tool", expected some of tenant, client, tool, address'],
  [
    "a=1/s,on=call",
    'its on has "call", expected some of tool+resource+prompt+completion+list+login',
  ],
  ["a=1/s,tools=", "it names a tool by 0 characters, expected 1 to 256"],
  ["a=1/s,on=tool,tools=x", "it names both tools and operations, expected one of them"],
];

for (const [text, what] of BAD) {
  Deno.test(`parseRateLimit() says what is wrong with "${text}"`, () => {
    const error = assertThrows(() => parseRateLimit(text, "GOMCP_RATE_LIMIT"), GomcpError);
    assertEquals(error.code, "invalid_request");
    const start = `Cannot read GOMCP_RATE_LIMIT "${text}": `;
    assertEquals(error.message.slice(0, start.length + what.length), start + what);
  });
}

Deno.test("parseRateLimit() takes the longest burst that comes back within 30 days", () => {
  assertEquals(parseRateLimit("a=1/d,burst=30").burst, 30);
});

/** MCP's log levels and who wants which. */
import { assertEquals } from "@std/assert";
import { isMcpLogLevel, isWanted, MCP_LOG_LEVELS } from "./logging.ts";

Deno.test("isMcpLogLevel() knows the eight levels of RFC 5424 and nothing else", () => {
  assertEquals(MCP_LOG_LEVELS.length, 8);
  for (const level of MCP_LOG_LEVELS) assertEquals(isMcpLogLevel(level), true);
  for (const level of ["warn", "Info", "", null, undefined, 3, ["info"]]) {
    assertEquals(isMcpLogLevel(level), false);
  }
});

for (const threshold of MCP_LOG_LEVELS) {
  Deno.test(`isWanted() gives those who asked for ${threshold} this level and graver ones`, () => {
    const wanted = MCP_LOG_LEVELS.filter((level) => isWanted(level, threshold));
    assertEquals(wanted, MCP_LOG_LEVELS.slice(MCP_LOG_LEVELS.indexOf(threshold)));
  });
}

Deno.test("isWanted() gives nothing to those who asked for no level", () => {
  for (const level of MCP_LOG_LEVELS) assertEquals(isWanted(level, undefined), false);
});

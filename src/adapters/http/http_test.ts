/** Which addresses a server refuses before it listens. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { serveHttp } from "./http.ts";

for (const hostname of ["0.0.0.0", "::", "[::]", "10.0.0.5", "example.com", "127.0.0.1.evil.com"]) {
  Deno.test(`serveHttp() does not listen on ${hostname} unless anybody may call`, () => {
    const runtime = createRuntime({ tools: [], clock: new FakeClock() });
    const error = assertThrows(
      () => serveHttp(runtime, { hostname, port: 0 }),
      GomcpError,
      `Cannot listen on ${hostname}:0: anybody who reaches it could call every tool`,
    );
    assertEquals(error.code, "forbidden");
  });
}

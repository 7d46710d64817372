/** Problems as statuses of gRPC. */
import { Metadata, status as Status } from "@grpc/grpc-js";
import { assert, assertEquals } from "@std/assert";
import { CODE_TABLE, type ErrorCode } from "../../base/code_table.ts";
import type { Problem } from "../../base/errors.ts";
import { gomcp, google } from "../../protocol/gen/gomcp_v1.js";
import { statusObject } from "./status.ts";

function detailsOf(problem: Problem): Map<string, Uint8Array> {
  const metadata = statusObject(problem).metadata as Metadata;
  const [bytes] = metadata.get("grpc-status-details-bin");
  const { details, code } = google.rpc.Status.decode(bytes as Uint8Array);
  assertEquals(code, Status[CODE_TABLE[problem.code].grpc]);
  return new Map(details.map((each) => [each.type_url.split("/")[1]!, each.value]));
}

for (const [code, row] of Object.entries(CODE_TABLE)) {
  if (row.grpc === "OK") continue;
  Deno.test(`a problem ${code} ends a call as ${row.grpc}`, () => {
    const problem = { code: code as ErrorCode, detail: "Why." };
    const { code: number, details } = statusObject(problem);
    assertEquals([Status[number], details], [row.grpc, "Why."]);
    const info = google.rpc.ErrorInfo.decode(detailsOf(problem).get("google.rpc.ErrorInfo")!);
    assertEquals([info.reason, info.domain], [code.toUpperCase(), "gomcp"]);
    assertEquals(gomcp.v1.Problem.decode(detailsOf(problem).get("gomcp.v1.Problem")!).code, code);
  });
}

Deno.test("details say all that is known, and nothing that is not", () => {
  const details = detailsOf({
    code: "quota_exceeded",
    detail: "Too much.",
    limit: 10,
    limitName: "calls",
    used: 10,
    remaining: 0,
    retryAfterMs: 1_500.5,
    resetsAt: "2026-01-01T00:00:00.000Z",
    pointer: "/items/3",
  });
  const problem = gomcp.v1.Problem.decode(details.get("gomcp.v1.Problem")!);
  assertEquals([problem.limit, problem.used, problem.remaining], [10, 10, 0]);
  assertEquals([problem.hasRemaining, problem.retryAfterMs], ["remaining", 1_500.5]);
  const { retryDelay } = google.rpc.RetryInfo.decode(details.get("google.rpc.RetryInfo")!);
  assertEquals([Number(retryDelay!.seconds), retryDelay!.nanos], [1, 500_500_000]);
  const bare = detailsOf({ code: "internal", detail: "x" });
  assertEquals([...bare.keys()], ["google.rpc.ErrorInfo", "gomcp.v1.Problem"]);
  assertEquals(gomcp.v1.Problem.decode(bare.get("gomcp.v1.Problem")!).hasLimit, undefined);
});

Deno.test("trailers stay within what clients take, whatever stands in a problem", () => {
  const text = "\u{1f600}é\ud800".repeat(10_000);
  const { details, metadata } = statusObject({
    code: "invalid_arguments",
    detail: text,
    pointer: text,
  });
  encodeURI(details); // as grpc-js does, which throws for half a character
  const [bytes] = (metadata as Metadata).get("grpc-status-details-bin");
  assert(encodeURI(details).length + bytes!.length * 4 / 3 < 16_384, `${bytes!.length} bytes`);
  assertEquals(
    google.rpc.Status.decode(bytes as Uint8Array).details.length,
    2,
    "half a pointer is none",
  );
});

/** A whole log with a file, whose records' memory is used again: what was logged is what is read. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { createAuditLog } from "../../audit/audit_log.ts";
import { readRecord } from "../../audit/read_line.ts";
import { entryOf } from "../../audit/testing.ts";
import { Verifier } from "../../audit/verify/verifier.ts";
import { openAuditFile } from "./file_sink.ts";
import { verifyFiles } from "./verify_files.ts";

const entries = fc.record({
  tenant: fc.constantFrom("a", "b", "c"),
  tool: fc.constantFrom("x", "y", "z"),
  client: fc.constantFrom(undefined, "m", "n"),
  address: fc.constantFrom(undefined, "::1"),
  stage: fc.constantFrom("completed", "refused"),
  decision: fc.constantFrom("allowed", "refused"),
  code: fc.constantFrom("ok", "internal"),
});
/** Batches, each of which is in the file before the next one is logged. */
const batches = fc.array(fc.array(entries, { minLength: 1, maxLength: 4 }), { maxLength: 12 });

Deno.test("every record in a file says of its caller what was logged, whoever called before", async () => {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-audit-" });
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(batches, async (logged) => {
        const path = `${folder}/${run++}.jsonl`;
        const audit = createAuditLog({ sinks: [await openAuditFile({ path, fsync: "never" })] });
        for (const batch of logged) {
          for (const each of batch) audit.log(entryOf(each as Parameters<typeof entryOf>[0]));
          await audit.flush();
        }
        await audit.close();
        const lines = (await Deno.readTextFile(path)).split("\n");
        const records = lines.map(readRecord).filter((record) => record !== undefined);
        assertEquals(records.map(membersOf), logged.flat().map(membersOf));
        const open = (file: string) => Deno.open(file, { read: true });
        assertEquals((await verifyFiles(new Verifier(), [path], open)).findings, []);
      }),
      { numRuns: 40 },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function membersOf(of: object): Record<string, unknown> {
  const { tenant, tool, client, address, stage, decision, code } = of as Record<string, unknown>;
  return { tenant, tool, client, address, stage, decision, code };
}

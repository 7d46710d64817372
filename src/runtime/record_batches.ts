/** Batches as records of the audit log: what the records of their calls name as theirs. */
import type { AuditLog } from "../audit/audit_log.ts";
import type { AuditEntry } from "../audit/record.ts";
import type { Problem } from "../base/errors.ts";
import type { BatchOwner } from "../batching/process_batch.ts";

/** A batch on record: what its calls name as theirs, and how it ended. */
export interface BatchRecord {
  /** The number of the record; calls carry it. */
  readonly seq: number;
  /** It has come to its end. */
  end(code: "ok" | Problem["code"]): void;
}

/** What stands for a tool's name. */
const TOOL = "tools/batch";

/**
 * A batch has a record when it begins, since its calls need the number, and one when it has ended.
 * Undefined where the policy keeps no record of it.
 */
export function recordBatch(audit: AuditLog, owner: BatchOwner): BatchRecord | undefined {
  const { clock } = audit;
  if (levelOf(audit, owner) === "none") return undefined;
  const startMs = clock.now();
  const begun = entryOf(audit, owner);
  const received = audit.log({ ...begun, stage: "received", decision: "pending", code: "pending" });
  return {
    seq: received,
    end(code) {
      const durationUs = Math.round((clock.now() - startMs) * 1_000);
      const time = clock.wall();
      const stage = "completed";
      audit.log({ ...begun, time, stage, decision: "allowed", code, durationUs, received });
    },
  };
}

/** A batch of which nothing was run. */
export function recordRefusedBatch(audit: AuditLog, owner: BatchOwner, { code }: Problem): void {
  if (levelOf(audit, owner) === "none") return;
  audit.log({ ...entryOf(audit, owner), stage: "refused", decision: "refused", code });
}

function levelOf({ policy }: AuditLog, { tenant, adapter }: BatchOwner) {
  return policy.ruleFor(tenant, adapter, TOOL).level;
}

function entryOf(
  { clock }: AuditLog,
  { tenant, adapter, client }: BatchOwner,
): Omit<AuditEntry, "stage" | "decision" | "code"> {
  return {
    time: clock.wall(),
    tenant,
    adapter,
    client: client?.name,
    clientVersion: client?.version,
    address: client?.address,
    kind: "batch",
    tool: TOOL,
  };
}

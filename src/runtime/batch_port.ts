/** How batches reach the parts of a runtime: quotas, the audit log, the pipeline. */
import type { AuditLog } from "../audit/audit_log.ts";
import type { Clock } from "../base/clock.ts";
import type { Problem } from "../base/errors.ts";
import type { BatchPort } from "../batching/process_batch.ts";
import type { Access } from "../pipeline/access.ts";
import type { BatchTicket } from "../pipeline/ticket.ts";
import type { TenantManager } from "../tenants/manager.ts";
import { recordBatch, recordRefusedBatch } from "./record_batches.ts";

/** What batches need of a runtime. */
export function createBatchPort(
  clock: Clock,
  audit: AuditLog | undefined,
  openBatch: (
    access: Access | undefined,
    args: readonly unknown[],
    parallel: number,
  ) => ReturnType<BatchPort["admit"]>,
  callBatch: BatchPort["run"],
): BatchPort {
  return {
    clock,
    admit: ({ access }, args, parallel) => openBatch(access, args, parallel),
    record: (owner) => audit && recordBatch(audit, owner),
    recordRefused: (owner, problem) => audit && recordRefusedBatch(audit, owner, problem),
    run: callBatch,
  };
}

/** Debits a batch whole, or says why not; undefined when nothing is counted. */
export function admitBatch(
  { gate }: TenantManager,
  access: Access,
  args: readonly unknown[],
  parallel: number,
): ReturnType<BatchPort["admit"]> {
  const open = (admitted: BatchTicket | Problem | undefined) => {
    if (admitted === undefined || "code" in admitted) return admitted;
    return { ticket: admitted, end: () => gate.endBatch(access, admitted) };
  };
  const admitted = gate.admitBatch(access, args, parallel);
  return admitted instanceof Promise ? admitted.then(open) : open(admitted);
}

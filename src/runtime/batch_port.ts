/** How batches reach the quotas and the audit log of a runtime. */
import type { AuditLog } from "../audit/audit_log.ts";
import type { Problem } from "../base/errors.ts";
import type { BatchOpener, BatchOwner, OpenBatch } from "../batching/process_batch.ts";
import type { BatchTicket } from "../pipeline/ticket.ts";
import type { TenantManager } from "../tenants/manager.ts";
import { recordBatch, recordRefusedBatch } from "./record_batches.ts";

const FREE: OpenBatch = { ticket: undefined, seq: undefined, end() {} };

/** Opens batches by what the tenant may, and on record, where there are such. */
export function createBatchOpener(
  tenants: TenantManager | undefined,
  audit: AuditLog | undefined,
): BatchOpener {
  return (owner, args, parallel = args.length) => {
    const { access } = owner;
    const open = (admitted: BatchTicket | Problem | undefined) => {
      if (admitted === undefined) return onRecord(audit, owner, undefined, undefined);
      if (!("code" in admitted)) {
        return onRecord(audit, owner, admitted, () => tenants!.gate.endBatch(access!, admitted));
      }
      if (audit !== undefined) recordRefusedBatch(audit, owner, admitted);
      return admitted;
    };
    const admitted = access && tenants?.gate.admitBatch(access, args, parallel);
    return admitted instanceof Promise ? admitted.then(open) : open(admitted);
  };
}

function onRecord(
  audit: AuditLog | undefined,
  owner: BatchOwner,
  ticket: BatchTicket | undefined,
  giveBack: (() => void) | undefined,
): OpenBatch {
  const record = audit && recordBatch(audit, owner);
  if (record === undefined && giveBack === undefined) return FREE;
  return {
    ticket,
    seq: record?.seq,
    end(code) {
      giveBack?.();
      record?.end(code);
    },
  };
}

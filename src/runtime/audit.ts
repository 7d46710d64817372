/** What the command line needs of the audit log. */
export { type AuditLog, createAuditLog } from "../audit/audit_log.ts";
export { type AuditPolicy, createAuditPolicy, parseAuditPolicy } from "../audit/policy.ts";
export { AUDIT_STAGES, type AuditDecision, RECORD_MEMBERS } from "../audit/record.ts";
export { type ReadRecord, readRecord } from "../audit/read_line.ts";
export { codeOf } from "../audit/measure.ts";
export type { AuditSink } from "../audit/sink.ts";
export { createAuditSigner, readPublicKey } from "../audit/signer.ts";
export { canonicalJson, TenantKeys } from "../audit/tenant_keys.ts";
export { globTest } from "../audit/glob.ts";
export { Verifier } from "../audit/verify/verifier.ts";
export type { Finding, Verdict } from "../audit/verify/finding.ts";

/** A segment's seal: whether it is the one that was written, of this segment, by whom it should be. */
import { type Seal, sealHash } from "../segment.ts";
import { isSignatureOf } from "../signer.ts";
import type { Findings } from "./findings.ts";
import type { PlacedLine } from "./placed_line.ts";

/** What was read of the segment before its seal. */
export interface SealedSegment {
  readonly number: number;
  readonly batches: number;
  readonly head: string;
  readonly records: number;
}

/** Says what is wrong with a seal; false when it cannot be trusted at all. */
export function checkSeal(
  seal: Seal,
  segment: SealedSegment,
  placed: PlacedLine,
  findings: Findings,
): boolean {
  const { hash, signature: _, ...body } = seal;
  if (sealHash(body) !== hash) {
    findings.add("altered", `the seal of segment ${seal.seal}`, placed);
    return false;
  }
  if (seal.seal !== segment.number) {
    const text = `the seal of segment ${seal.seal} stands in segment ${segment.number}`;
    findings.add("reordered", text, placed);
  } else if (seal.head !== segment.head || seal.batches !== segment.batches) {
    const text = `segment ${seal.seal} was sealed with ${seal.batches} batches and ` +
      `${seal.records} records; ${segment.batches} batches and ${segment.records} records are there`;
    findings.add("truncated", text, placed);
  }
  return true;
}

/** Says when a seal is not signed by `publicKey`, where there is one, or not by the key it names. */
export function checkSignature(
  { seal, key, hash, signature }: Seal,
  publicKey: string | undefined,
  placed: PlacedLine,
  findings: Findings,
): void {
  if (publicKey !== undefined && key !== publicKey) {
    const by = key === undefined ? "is not signed" : `is signed by ${key}`;
    findings.add("signature", `the seal of segment ${seal} ${by}`, placed);
  }
  if (key === undefined && signature === undefined) return;
  if (isSignatureOf(key ?? "", hash, signature ?? "")) return;
  findings.add("signature", `the seal of segment ${seal} has a wrong signature`, placed);
}

/** Says what a crash had left, where the seal was written by the start after it. */
export function noteRecovery(
  { seal, recovered }: Seal,
  placed: PlacedLine,
  findings: Findings,
): void {
  if (recovered === undefined) return;
  const { tornBytes, unchained } = recovered;
  const text = `segment ${seal} was ended by a crash and sealed by the next start: ` +
    `${unchained} lines had no chain line, ${tornBytes} bytes of a torn line were kept aside`;
  findings.add("note", text, placed);
}

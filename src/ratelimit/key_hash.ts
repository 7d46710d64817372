/**
 * Keys as 64 bits: HalfSipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF",
 * 2012; the half version of its reference code), which is made for 32-bit arithmetic. The secret
 * keeps clients from choosing names that fall together; two keys that do by chance, one pair in
 * 2^64, share a limit, which is stricter and never looser.
 */
import { randomBytes } from "node:crypto";

/** A secret for `hashKey`: two words. */
export type HashSecret = Int32Array;

/** A secret that nobody else has. */
export function createSecret(): HashSecret {
  return new Int32Array(new Uint8Array(randomBytes(8)).buffer);
}

/**
 * Puts the hash of the first `count` texts into `out[0]` and `out[1]`. Each text goes in with its
 * length before it, so that ("ab", "c") is not ("a", "bc"); two characters make a word.
 */
export function hashKey(
  secret: HashSecret,
  parts: readonly string[],
  count: number,
  out: Int32Array,
): void {
  const k0 = secret[0]!;
  const k1 = secret[1]!;
  let v0 = k0;
  let v1 = k1 ^ 0xee;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  let words = 0;
  // The round stands here twice, written out: as a function it could not keep four words.
  for (let p = 0; p < count; p++) {
    const text = parts[p]!;
    const { length } = text;
    for (let at = -2; at < length; at += 2) {
      let word = length;
      if (at >= 0) {
        word = text.charCodeAt(at);
        if (at + 1 < length) word |= text.charCodeAt(at + 1) << 16;
      }
      words++;
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
  }
  // One round for the last block, which is the length in bytes, then twice three to finish.
  const last = (words << 2) << 24;
  v3 ^= last;
  for (let round = 0; round < 7; round++) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    if (round === 0) {
      v0 ^= last;
      v2 ^= 0xee;
    } else if (round === 3) {
      out[0] = v1 ^ v3;
      v1 ^= 0xdd;
    }
  }
  out[1] = v1 ^ v3;
}

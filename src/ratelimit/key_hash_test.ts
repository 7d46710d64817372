/** The hash of keys, against HalfSipHash written out byte by byte. */
import { assertEquals, assertNotEquals } from "@std/assert";
import * as fc from "fast-check";
import { createSecret, hashKey } from "./key_hash.ts";

/** HalfSipHash-c-d with 64 bits of output, in the words of its reference. */
function halfSipHash(key: Uint8Array, input: Uint8Array, c: number, d: number): Uint8Array {
  const k = new DataView(key.buffer);
  const [k0, k1] = [k.getUint32(0, true), k.getUint32(4, true)];
  const v = Uint32Array.of(k0, k1 ^ 0xee, 0x6c796765 ^ k0, 0x74656462 ^ k1);
  const rotate = (at: number, by: number) => (v[at] = (v[at]! << by) | (v[at]! >>> (32 - by)));
  const mix = (a: number, b: number, by: number) => {
    v[a]! += v[b]!;
    rotate(b, by);
    v[b]! ^= v[a]!;
  };
  const rounds = (count: number) => {
    for (let round = 0; round < count; round++) {
      mix(0, 1, 5);
      rotate(0, 16);
      mix(2, 3, 8);
      mix(0, 3, 7);
      mix(2, 1, 13);
      rotate(2, 16);
    }
  };
  const padded = new Uint8Array(Math.floor(input.length / 4) * 4 + 4);
  padded.set(input);
  padded[padded.length - 1] = input.length;
  const words = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += 4) {
    const word = words.getUint32(at, true);
    v[3]! ^= word;
    rounds(c);
    v[0]! ^= word;
  }
  const out = new DataView(new ArrayBuffer(8));
  v[2]! ^= 0xee;
  rounds(d);
  out.setUint32(0, v[1]! ^ v[3]!, true);
  v[1]! ^= 0xdd;
  rounds(d);
  out.setUint32(4, v[1]! ^ v[3]!, true);
  return new Uint8Array(out.buffer);
}

/** From the test vectors of the reference: key 00…07, input 00 01 02 … of this length. */
const VECTORS: readonly (readonly [number, string])[] = [
  [0, "218d1f59b9b83cc8"],
  [1, "be552412f8387315"],
  [3, "ce0f1a45f7060679"],
  [4, "d5e78a175be52ea1"],
  [8, "edfee820bce4858c"],
  [15, "217d0bcb4e81c902"],
];

Deno.test("the reference of this test gives the published values of HalfSipHash-2-4-64", () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => i);
  for (const [length, hex] of VECTORS) {
    const hash = halfSipHash(bytes.slice(0, 8), bytes.slice(0, length), 2, 4);
    assertEquals(hash.toHex(), hex);
  }
});

function hashOf(secret: Int32Array, parts: readonly string[], count = parts.length): number[] {
  const out = new Int32Array(2);
  hashKey(secret, parts, count, out);
  return [...out];
}

/** Each text as its length and then its characters, two a word. */
function bytesOf(parts: readonly string[]): Uint8Array {
  const units = parts.flatMap((text) => {
    const chars = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
    if (chars.length % 2 === 1) chars.push(0);
    return [text.length & 0xffff, text.length >>> 16, ...chars];
  });
  return new Uint8Array(Uint16Array.from(units).buffer);
}

const texts = fc.array(fc.string({ unit: "binary", maxLength: 40 }), { maxLength: 6 });

Deno.test("hashKey() is HalfSipHash-1-3 of the texts and their lengths", () => {
  fc.assert(fc.property(texts, fc.uint8Array({ minLength: 8, maxLength: 8 }), (parts, key) => {
    const secret = new Int32Array(key.slice().buffer);
    const expected = new Int32Array(halfSipHash(key.slice(), bytesOf(parts), 1, 3).buffer);
    assertEquals(hashOf(secret, parts), [...expected]);
  }));
});

Deno.test("hashKey() leaves out what stands behind the count", () => {
  const secret = createSecret();
  assertEquals(hashOf(secret, ["a", "b", "c"], 2), hashOf(secret, ["a", "b"]));
});

Deno.test("hashKey() tells apart what reads the same when it is put together", () => {
  const secret = createSecret();
  const keys = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], [], [""], ["\0"]];
  const hashes = keys.map((parts) => hashOf(secret, parts).join());
  assertEquals(new Set(hashes).size, keys.length);
});

Deno.test("createSecret() gives each its own", () => {
  assertNotEquals(hashOf(createSecret(), ["a"]), hashOf(createSecret(), ["a"]));
});

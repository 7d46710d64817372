/** The verifier: whatever is changed in a log is found, and named. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { generateKeyPairSync } from "node:crypto";
import { createAuditSigner } from "../signer.ts";
import { buildLog, bytesOf, linesOf, type LogShape, verifyBytes } from "../testing.ts";
import type { Finding } from "./finding.ts";

const SHAPE: LogShape = [[["a", "b", "a"], ["a"], ["b", "b"]], [["a", "a", "b", "a"]]];
const PEM = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
const SIGNER = createAuditSigner(String(PEM));
const LOG = buildLog(SHAPE, SIGNER);
const LINES = linesOf(LOG.bytes);
const RECORD_LINES = LINES.flatMap((line, i) => line.startsWith('{"seq"') ? [i] : []);

const shapes: fc.Arbitrary<LogShape> = fc.array(
  fc.array(fc.array(fc.constantFrom("a", "b", "é😀"), { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 4,
  }),
  { minLength: 1, maxLength: 3 },
);

function kinds(findings: readonly Finding[]): string[] {
  return findings.map(({ kind }) => kind);
}

/** Tenant and number of the record that stands on a line. */
function recordAt(line: number): { tenant: string; seq: number } {
  const { tenant, seq } = JSON.parse(LINES[line]!);
  return { tenant, seq };
}

function changedLine(line: number, change: (text: string) => string): string[] {
  return LINES.map((text, i) => i === line ? change(text) : text);
}

Deno.test("verify finds nothing in a log as it was written", () => {
  fc.assert(fc.property(shapes, fc.boolean(), (shape, signed) => {
    const { bytes, records } = buildLog(shape, signed ? SIGNER : undefined);
    const verdict = verifyBytes(bytes);
    assertEquals(verdict.findings, []);
    assertEquals([verdict.ok, verdict.records, verdict.segments], [true, records, shape.length]);
    assertEquals([verdict.sealed, verdict.keys], [true, signed ? [SIGNER.publicKey] : []]);
  }));
});

Deno.test("verify finds every change of a single byte, wherever it is", () => {
  for (let at = 0; at < LOG.bytes.length; at++) {
    for (const mask of [1, 0x20, 0x80]) {
      const bytes = LOG.bytes.slice();
      bytes[at]! ^= mask;
      assert(!verifyBytes(bytes).ok, `byte ${at} xor ${mask} is not seen`);
    }
  }
});

Deno.test("verify finds every change of a single byte in logs of any shape", () => {
  fc.assert(fc.property(shapes, fc.nat(), fc.integer({ min: 1, max: 255 }), (shape, at, mask) => {
    const { bytes } = buildLog(shape);
    bytes[at % bytes.length]! ^= mask;
    assertEquals(verifyBytes(bytes).ok, false);
  }));
});

Deno.test("verify finds every byte that is taken out or put in", () => {
  fc.assert(fc.property(fc.nat(), fc.nat({ max: 255 }), (at, byte) => {
    const place = at % LOG.bytes.length;
    const without = new Uint8Array([...LOG.bytes.slice(0, place), ...LOG.bytes.slice(place + 1)]);
    assertEquals(verifyBytes(without).ok, false);
    const [before, after] = [LOG.bytes.slice(0, place), LOG.bytes.slice(place)];
    assertEquals(verifyBytes(new Uint8Array([...before, byte, ...after])).ok, false);
  }));
});

for (const line of RECORD_LINES) {
  const { tenant, seq } = recordAt(line);

  Deno.test(`verify names record ${seq} of ${tenant} when it is altered`, () => {
    const changes = [
      (text: string) => text.replace('"tool":"tool_', '"tool":"fool_'),
      (text: string) => text.replace('"code":"ok"', '"code":"internal"'),
      (text: string) => text.replace(`{"seq":${seq}`, `{"seq":${seq + 50}`),
      (text: string) => text.replace('{"seq"', '{"sea"'),
      (text: string) => text.replace(`"tenant":"${tenant}"`, '"tenant":"other"'),
      () => "\n",
    ];
    for (const change of changes) {
      const verdict = verifyBytes(bytesOf(changedLine(line, change)));
      const [only, ...more] = verdict.findings;
      assertEquals(more, []);
      assertEquals([only?.kind, only?.line], ["altered", line + 1]);
      assertEquals([only?.tenant, only?.seq], [tenant, seq]);
    }
  });

  Deno.test(`verify names record ${seq} of ${tenant} when it is taken out`, () => {
    const verdict = verifyBytes(bytesOf(changedLine(line, () => "")));
    assertEquals(
      verdict.findings.map(({ kind, tenant, seq, lastSeq }) => ({
        kind,
        tenant,
        seq,
        lastSeq,
      })),
      [{ kind: "missing", tenant, seq, lastSeq: seq }],
    );
  });

  Deno.test(`verify names record ${seq} of ${tenant} when it is there twice`, () => {
    const verdict = verifyBytes(bytesOf(changedLine(line, (text) => text + text)));
    assertEquals(kinds(verdict.findings), ["inserted"]);
    assertEquals([verdict.findings[0]?.tenant, verdict.findings[0]?.seq], [tenant, seq]);
  });
}

Deno.test("verify names what stands in another place of its batch", () => {
  const [first, second] = RECORD_LINES;
  const lines = [...LINES];
  [lines[first!], lines[second!]] = [lines[second!]!, lines[first!]!];
  assertEquals(kinds(verifyBytes(bytesOf(lines)).findings), ["reordered"]);
});

Deno.test("verify finds every pair of records that changed places", () => {
  for (const a of RECORD_LINES) {
    for (const b of RECORD_LINES) {
      if (a >= b) continue;
      const lines = [...LINES];
      [lines[a], lines[b]] = [lines[b]!, lines[a]!];
      assertEquals(verifyBytes(bytesOf(lines)).ok, false, `${a} and ${b}`);
    }
  }
});

Deno.test("verify finds every run of lines that is taken out", () => {
  for (let from = 0; from < LINES.length; from++) {
    for (let to = from + 1; to <= LINES.length; to++) {
      if (to - from === LINES.length) continue;
      const verdict = verifyBytes(bytesOf([...LINES.slice(0, from), ...LINES.slice(to)]));
      // Whole segments at the end leave a log that is whole: only its head tells.
      const wholeSegments = to === LINES.length && LINES[from - 1]?.startsWith('{"seal"') === true;
      const beginsLater = from === 0 && LINES[to]!.startsWith('{"segment"');
      assertEquals(verdict.ok, wholeSegments || beginsLater, `lines ${from} to ${to}`);
    }
  }
});

Deno.test("verify finds segments missing at the end by the head that was told before", () => {
  const { head } = verifyBytes(LOG.bytes);
  const first = LINES.slice(0, LINES.findIndex((line) => line.startsWith('{"seal"')) + 1);
  assertEquals(verifyBytes(LOG.bytes, { head }).ok, true);
  assertEquals(kinds(verifyBytes(bytesOf(first), { head }).findings), ["missing"]);
});

Deno.test("verify names the batches that are missing with all that belongs to them", () => {
  const from = LINES.findIndex((line) => line.startsWith('{"chain":2,'));
  const to = LINES.findIndex((line) => line.startsWith('{"chain":3,'));
  const lines = [...LINES.slice(0, from + 1), ...LINES.slice(to + 1)];
  const { findings } = verifyBytes(bytesOf(lines));
  assertEquals(findings.map(({ kind, tenant, seq }) => [kind, tenant, seq]), [
    ["missing", undefined, undefined],
    ["missing", "a", 3],
  ]);
});

Deno.test("verify says that a log without its seal is cut off, unless it is being written", () => {
  const open = LINES.slice(0, -1);
  const verdict = verifyBytes(bytesOf(open));
  assertEquals([verdict.ok, verdict.sealed, kinds(verdict.findings)], [false, false, [
    "truncated",
  ]]);
  const live = verifyBytes(bytesOf(open), {}, true);
  assertEquals([live.ok, live.sealed, kinds(live.findings)], [true, false, ["note"]]);
});

Deno.test("verify finds the end cut off at every byte", () => {
  for (let end = 1; end < LOG.bytes.length; end++) {
    const bytes = LOG.bytes.slice(0, end);
    const text = new TextDecoder().decode(bytes);
    const whole = text.endsWith("\n") && text.trimEnd().split("\n").at(-1)!.startsWith('{"seal"');
    assertEquals(verifyBytes(bytes).ok, whole, `cut at ${end}`);
  }
});

Deno.test("verify tells records that no chain line vouches for", () => {
  const last = LINES.findLastIndex((line) => line.startsWith('{"chain"'));
  const { findings } = verifyBytes(bytesOf(LINES.slice(0, last)));
  assertEquals(kinds(findings), ["unchained", "truncated"]);
  assert(findings[0]!.text.startsWith("4 lines"));
});

Deno.test("verify finds a log that was made anew, when it knows the key", () => {
  const other = createAuditSigner(
    String(generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" })),
  );
  const { publicKey } = SIGNER;
  assertEquals(verifyBytes(LOG.bytes, { publicKey }).ok, true);
  for (const forged of [buildLog(SHAPE, other), buildLog(SHAPE)]) {
    assertEquals(verifyBytes(forged.bytes).ok, true);
    const { findings } = verifyBytes(forged.bytes, { publicKey });
    assertEquals(kinds(findings), ["signature", "signature"]);
  }
});

Deno.test("verify finds a batch whose marks were forged with its record", () => {
  const line = RECORD_LINES[0]!;
  const chain = LINES.findIndex((text, i) => i > line && text.startsWith('{"chain"'));
  const changed = changedLine(line, (text) => text.replace("tool_1", "tool_9"));
  const forged = changed.map((text, i) =>
    i === chain ? text.replace(/"marks":"[0-9a-f]*"/, '"marks":"000000000000000000000000"') : text
  );
  const { ok, findings } = verifyBytes(bytesOf(forged));
  assertEquals(ok, false);
  assert(kinds(findings).every((kind) => kind === "altered"));
});

Deno.test("verify says of something else that it is no log", () => {
  for (const text of ["hello\n", "\n", "{}\n", "\0\0\0"]) {
    assertEquals(verifyBytes(bytesOf([text])).ok, false);
  }
});

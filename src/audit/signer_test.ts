/** Signatures of seals. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import { GomcpError } from "../base/errors.ts";
import { createAuditSigner, isSignatureOf, readPublicKey } from "./signer.ts";

function pair() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    pem: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    publicPem: String(publicKey.export({ type: "spki", format: "pem" })),
  };
}

Deno.test("a signature is that of its key and its hash, and of nothing else", () => {
  const { pem, publicPem } = pair();
  const signer = createAuditSigner(pem);
  const signature = signer.sign("ab");
  assertEquals(readPublicKey(publicPem), signer.publicKey);
  assert(isSignatureOf(signer.publicKey, "ab", signature));
  assert(!isSignatureOf(signer.publicKey, "ac", signature));
  assert(!isSignatureOf(createAuditSigner(pair().pem).publicKey, "ab", signature));
  for (const other of ["", signature + "A", signature + "=", signature.slice(1), "!"]) {
    assert(!isSignatureOf(signer.publicKey, "ab", other));
  }
});

Deno.test("a key that is none of Ed25519 is refused, and not shown", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const wrong = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  for (const pem of ["", "secret", wrong]) {
    const error = assertThrows(() => createAuditSigner(pem), GomcpError, "Cannot read signing key");
    assert(pem === "" || !error.message.includes(pem));
    assertEquals(error.code, "invalid_request");
  }
  assertThrows(() => readPublicKey("x"), GomcpError, "expected a public key of Ed25519 in PEM");
});

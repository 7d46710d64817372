/** Names in certificates, those among them that would pass for others. */
import { assertEquals, assertThrows } from "@std/assert";
import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { Authority, type CertificateOptions } from "../../../tests/support/certificates.ts";
import { certificateNames } from "./certificate_names.ts";

// deno-fmt-ignore: one certificate a line.
const CASES: readonly (readonly [string, CertificateOptions, readonly string[]])[] = [
  ["a common name", { names: ["agent-7"] }, ["CN:agent-7"]],
  ["alternative names", { altNames: [["URI", "spiffe://a/b"], ["IP", "127.0.0.1"], ["DNS", "a.b"]] }, ["URI:spiffe://a/b", "DNS:a.b"]],
  ["several common names, of which none counts", { names: ["a", "b"], altNames: [["DNS", "c"]] }, ["DNS:c"]],
  ["a name that would pass for two", { names: ["x, CN=y"], altNames: [["URI", "spiffe://evil, URI:spiffe://acme/a"]] }, ["CN:x, CN=y", "URI:spiffe://evil, URI:spiffe://acme/a"]],
  ["no name at all", {}, []],
  ["a long name", { names: ["é".repeat(300)] }, [`CN:${"é".repeat(300)}`]],
];

for (const [name, options, expected] of CASES) {
  Deno.test(`certificateNames() reads ${name}`, async () => {
    const { cert } = await (await Authority.create()).sign(options);
    assertEquals(certificateNames(new X509Certificate(cert).raw), expected);
  });
}

Deno.test("certificateNames() refuses what is damaged, and reads nothing else than its bytes", async () => {
  const { cert } = await (await Authority.create()).sign({
    names: ["a"],
    altNames: [["DNS", "b"]],
  });
  const der = new X509Certificate(cert).raw;
  for (let length = 0; length < der.length - 1; length++) {
    assertThrows(() => certificateNames(der.subarray(0, length)), RangeError);
  }
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.nat(255), (at, value) => {
      const changed = Uint8Array.from(der);
      changed[at] = value;
      try {
        certificateNames(changed);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }),
  );
});

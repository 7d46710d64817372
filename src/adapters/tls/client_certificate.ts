/** What a client's certificate says, and whose calls it makes. */
import { X509Certificate } from "node:crypto";
import { certificateNames } from "./certificate_names.ts";
import type { TlsOptions } from "./options.ts";

export interface ClientCertificate {
  /** Its names, for logs. */
  readonly names: readonly string[];
  /** The tenant that it is good for, and by which name; undefined for none. */
  readonly grant: { readonly tenant: string; readonly name: string } | undefined;
}

/** Reads a certificate that was checked already, as its bytes (DER). */
export function clientCertificate(
  der: Uint8Array,
  { tenants }: Pick<TlsOptions, "tenants">,
): ClientCertificate {
  const print = new X509Certificate(der).fingerprint256.replaceAll(":", "").toLowerCase();
  const names = [...certificateNames(der), `SHA256:${print}`];
  const mapped = names.filter((name) => tenants?.has(name) === true);
  const found = new Set(mapped.map((name) => tenants!.get(name)!));
  // One that is good for two tenants is good for none: nobody can say whose the call is.
  const [tenant] = found.size === 1 ? found : [];
  return { names, grant: tenant === undefined ? undefined : { tenant, name: mapped[0]! } };
}

/** What TLS is served with. */

/** Files of a server's own certificate, and of whose clients' certificates it takes. */
export interface TlsOptions {
  /** The certificate as PEM, with those between it and the root behind it. */
  readonly certFile: string;
  /** Its private key as PEM. */
  readonly keyFile: string;
  /**
   * Certificates of those who sign clients' certificates, as PEM. With it no client is served without
   * a certificate that one of them signed. @default clients need none
   */
  readonly clientCaFile?: string | undefined;
  /**
   * Which tenant a client's certificate is good for, by a name in it: "CN:agent-7",
   * "URI:spiffe://acme/agent-7", "DNS:agent.acme.example" or "SHA256:" and its fingerprint in
   * hexadecimal. @default none: certificates let clients in, and prove nothing
   */
  readonly tenants?: ReadonlyMap<string, string> | undefined;
}

/** What was read from the files. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
}

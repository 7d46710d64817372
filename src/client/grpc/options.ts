/** What a client of gRPC is made of. */

/** How a client knows its server by TLS, and shows who it is. Texts of PEM. */
export interface GrpcTlsOptions {
  /** Authorities that may have signed the server's certificate. @default those of the system */
  readonly ca?: string | undefined;
  /** The client's own certificate, with those of its authorities behind it; `key` belongs to it. */
  readonly cert?: string | undefined;
  /** The private key of `cert`. */
  readonly key?: string | undefined;
  /** What the server's certificate is to be made out to. @default the host of `address` */
  readonly serverName?: string | undefined;
}

/** What a client of gRPC is made of. */
export interface GrpcGoMCPClientOptions {
  /** Where the server is: "127.0.0.1:50051", "unix:/run/gomcp.sock", or another name of gRPC. */
  readonly address: string;
  /** By TLS; `true` for a server that the system's authorities know. @default plain text */
  readonly tls?: boolean | GrpcTlsOptions | undefined;
  /** Sent as `authorization: Bearer`. */
  readonly apiKey?: string | undefined;
  /** The longest a request may take, all tries and waits together. @default 60_000 */
  readonly timeoutMs?: number | undefined;
  /** How many times a request that failed is made again, where that is safe: 0 to 10. @default 2 */
  readonly retries?: number | undefined;
  /** More metadata of each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What a server of gRPC is told, and what it gives. */
import type { TlsOptions } from "../tls/options.ts";

/** Where gRPC listens, and whom it serves. */
export interface GrpcOptions {
  /** Address or name to listen on. @default "127.0.0.1" */
  readonly hostname?: string;
  /** 0 takes any free port. @default 50051 */
  readonly port?: number;
  /**
   * Lets anybody who can reach the address call every tool. Without it, only loopback
   * addresses are served.
   */
  readonly allowAnonymous?: boolean;
  /**
   * Serves nobody without a credential: an API key of a tenant, a token, or a certificate that belongs
   * to one. Then other addresses than loopback are served, too. Needs a runtime with tenants.
   * @default true with `tls.clientCaFile`, otherwise false
   */
  readonly requireKey?: boolean;
  /** Serves by TLS. @default plain text */
  readonly tls?: TlsOptions;
  /** Connections that one address may have; the newest above are ended. @default 1_000 */
  readonly connectionsPerAddressMax?: number;
  /** How old a connection gets before its client is sent to a new one, in milliseconds. @default 3_600_000 */
  readonly connectionAgeMs?: number;
}

/** The options, filled in. */
export interface GrpcSettings {
  readonly hostname: string;
  readonly port: number;
  readonly requireKey: boolean;
  readonly tls: TlsOptions | undefined;
  readonly perAddressMax: number;
  readonly connectionAgeMs: number;
}

/** A server that listens. */
export interface GrpcServer {
  /** Such as "127.0.0.1:50051". */
  readonly address: string;
  /** The port that it listens on. */
  readonly port: number;
  /**
   * Says to those who ask that it takes no more calls, closes the port and sends clients elsewhere
   * (GOAWAY). Calls that are open go on.
   */
  drain(): void;
  /**
   * Drains, ends the streams that would stay open by themselves, and waits up to `deadlineMs` for
   * calls; what is left then is cut. Calling it again waits for the same end.
   */
  close(options?: { readonly deadlineMs?: number }): Promise<void>;
}

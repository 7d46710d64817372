/** Where gRPC is served, and TLS for it and HTTP: the flags of it, and what they come to. */
import { parseDuration } from "../base/duration.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { parseAddress } from "./address.ts";
import type { Flag, FlagValues } from "./flags.ts";

const USUAL_ADDRESS = "127.0.0.1:50051";

export const GRPC_FLAGS: readonly Flag[] = [
  {
    name: "grpc-addr",
    kind: "text",
    value: "HOST:PORT",
    help: `where --mode=all serves gRPC as well [not at all]`,
  },
  {
    name: "grpc-connection-age",
    kind: "text",
    value: "TIME",
    default: "1h",
    help: "how old a gRPC connection gets before its client is sent to a new one",
  },
];

export const TLS_FLAGS: readonly Flag[] = [
  {
    name: "tls-cert",
    kind: "text",
    value: "FILE",
    help: "serves HTTP and gRPC by TLS: the certificate as PEM; read again when it changes",
  },
  { name: "tls-key", kind: "text", value: "FILE", help: "its private key as PEM" },
  {
    name: "tls-client-ca",
    kind: "text",
    value: "FILE",
    help: "serves nobody without a certificate that one of these signed",
  },
  {
    name: "tls-tenant",
    kind: "list",
    value: "NAME=TENANT",
    flagOnly: true,
    help:
      'whose calls a client certificate makes, such as "URI:spiffe://acme/a=acme"; may be repeated',
  },
];

/** Where gRPC is served. */
export interface GrpcConfig {
  readonly hostname: string;
  readonly port: number;
  readonly connectionAgeMs: number;
}

/** Files of TLS. */
export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile: string | undefined;
  /** Tenants by the names of certificates. */
  readonly tenants: ReadonlyMap<string, string>;
}

type OriginOf = (name: string) => string;

/**
 * Undefined where gRPC is not served.
 *
 * @throws {GomcpError} `invalid_request` naming the flag or variable, and what it takes.
 */
export function readGrpcConfig(
  values: FlagValues,
  originOf: OriginOf,
  mode: string,
): GrpcConfig | undefined {
  const own = values["grpc-addr"] as string | undefined;
  if (own !== undefined && mode !== "all") {
    const instead = mode === "grpc" ? "--addr" : "--mode=all, or --mode=grpc with --addr";
    throw refusal(`Cannot use ${originOf("grpc-addr")} with --mode=${mode}: expected ${instead}`);
  }
  const connectionAgeMs = readAge(values, originOf);
  const said = mode === "grpc" ? values.addr as string | undefined ?? USUAL_ADDRESS : own;
  if (said === undefined) return undefined;
  const where = originOf(mode === "grpc" ? "addr" : "grpc-addr");
  return { ...parseAddress(said, where), connectionAgeMs };
}

function readAge(values: FlagValues, originOf: OriginOf): number {
  const text = values["grpc-connection-age"] as string;
  let ms = 0;
  try {
    ms = parseDuration(text);
  } catch {
    // Told below, together with what is out of range.
  }
  if (ms >= 1_000 && ms <= LIMITS.timeoutMsMax) return ms;
  const where = originOf("grpc-connection-age");
  throw refusal(`Cannot read ${where}: it is "${text}", expected a time from 1s to 24h`);
}

/**
 * Undefined where there is no TLS.
 *
 * @throws {GomcpError} `invalid_request` naming the flag or variable, and what it takes.
 */
export function readTlsConfig(
  values: FlagValues,
  originOf: OriginOf,
  mode: string,
): TlsConfig | undefined {
  const of = (name: string) => values[name] as string | undefined;
  const [certFile, keyFile, clientCaFile] = [of("tls-cert"), of("tls-key"), of("tls-client-ca")];
  const tenants = readNames(values["tls-tenant"] as readonly string[], originOf);
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const [said, lacks] = certFile === undefined ? ["key", "cert"] : ["cert", "key"];
    throw refusal(`Cannot use ${originOf(`tls-${said}`)} alone: expected --tls-${lacks}=FILE, too`);
  }
  if (clientCaFile === undefined && tenants.size > 0) {
    throw refusal("Cannot use --tls-tenant alone: expected --tls-client-ca=FILE, too");
  }
  if (certFile === undefined || keyFile === undefined) {
    if (clientCaFile === undefined) return undefined;
    const where = originOf("tls-client-ca");
    throw refusal(`Cannot use ${where} alone: expected --tls-cert=FILE and --tls-key=FILE, too`);
  }
  if (mode === "stdio") {
    throw refusal(`Cannot use ${originOf("tls-cert")} with --mode=stdio: it has no port`);
  }
  return { certFile, keyFile, clientCaFile, tenants };
}

/** The tenant stands behind the last "=": names of certificates may have others. */
function readNames(texts: readonly string[], originOf: OriginOf): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const text of texts) {
    const match = /^((?:CN|DNS|URI|SHA256):.+)=([a-z0-9][a-z0-9._-]*)$/.exec(text);
    if (match === null) {
      throw refusal(
        `Cannot read ${originOf("tls-tenant")}: it is "${text}", expected CN:…, DNS:…, URI:… or ` +
          "SHA256:… and =TENANT",
      );
    }
    const name = normal(match[1]!);
    if (names.has(name)) {
      throw refusal(`Cannot read ${originOf("tls-tenant")}: "${name}" stands twice`);
    }
    names.set(name, match[2]!);
  }
  return names;
}

/** A fingerprint as openssl prints it is as good as one without colons. */
function normal(name: string): string {
  if (!name.startsWith("SHA256:")) return name;
  return `SHA256:${name.slice("SHA256:".length).replaceAll(":", "").toLowerCase()}`;
}

function refusal(text: string): GomcpError {
  return new GomcpError("invalid_request", text);
}

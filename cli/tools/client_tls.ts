/** How a command knows its server by TLS, and shows who it is. */
import type { FetchLike } from "../../client.ts";
import type { GrpcTlsOptions } from "../../client_grpc.ts";
import { describeThrown, GomcpError } from "../../src/base/errors.ts";
import type { Flag, FlagValues } from "../../src/config/flags.ts";

export const TLS_FLAGS: readonly Flag[] = [
  { name: "tls", kind: "switch", help: "with --grpc: by TLS; --tls-ca and --tls-cert say so, too" },
  {
    name: "tls-ca",
    kind: "text",
    value: "FILE",
    help: "authorities that may have signed the server's certificate [those of the system]",
  },
  { name: "tls-cert", kind: "text", value: "FILE", help: "the certificate that is shown to it" },
  { name: "tls-key", kind: "text", value: "FILE", help: "the private key of --tls-cert" },
  {
    name: "tls-server-name",
    kind: "text",
    value: "NAME",
    help: "with --grpc: whom the server's certificate names, where that is not the host",
  },
];

/** Texts of PEM. */
export type ClientTls = GrpcTlsOptions;

/** Undefined where no flag says anything of TLS. */
export async function readClientTls(values: FlagValues): Promise<ClientTls | undefined> {
  const [ca, cert, key] = await Promise.all(
    ["tls-ca", "tls-cert", "tls-key"].map((name) => readPem(name, values[name])),
  );
  if ((cert === undefined) !== (key === undefined)) {
    const text = "Cannot open tools: --tls-cert and --tls-key go together, expected both";
    throw new GomcpError("invalid_request", text);
  }
  const serverName = values["tls-server-name"] as string | undefined;
  const all = [ca, cert, serverName];
  if (values.tls !== true && all.every((each) => each === undefined)) return undefined;
  return { ca, cert, key, serverName };
}

/** A `fetch` that speaks TLS so; `close` frees its connections. */
export function fetchBy(
  { ca, cert, key }: ClientTls,
): { readonly fetch: FetchLike; close(): void } {
  const client = Deno.createHttpClient({
    ...(ca !== undefined && { caCerts: [ca] }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  });
  return {
    fetch: (url, init) => fetch(url, { ...init, client }),
    close: () => client.close(),
  };
}

async function readPem(flag: string, file: FlagValues[string]): Promise<string | undefined> {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = await Deno.readTextFile(file as string);
  } catch (cause) {
    const why = `Cannot read --${flag} "${file}": ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", why, { cause });
  }
  if (text.includes("-----BEGIN ")) return text;
  throw new GomcpError("invalid_request", `Cannot read --${flag} "${file}": it is no PEM`);
}

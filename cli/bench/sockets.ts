/** Connections to a server of HTTP, as bytes. */
import type { ByteStream, Connect } from "../../src/bench/wire/byte_stream.ts";
import { describeThrown, GomcpError } from "../../src/base/errors.ts";
import type { ClientTls } from "../tools/client_tls.ts";

/** Connects to where the address says, by TLS for https. */
export function connectTo(url: URL, tls: ClientTls | undefined): Connect {
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const isTls = url.protocol === "https:";
  const port = Number(url.port || (isTls ? 443 : 80));
  return async () => {
    try {
      return streamOf(
        isTls
          ? await Deno.connectTls({ hostname, port, alpnProtocols: ["http/1.1"], ...certs(tls) })
          : await Deno.connect({ hostname, port }),
      );
    } catch (cause) {
      const text = `Cannot reach ${url.host}: ${describeThrown(cause)}`;
      throw new GomcpError("upstream_failed", text, { cause });
    }
  };
}

function certs(tls: ClientTls | undefined) {
  const { ca, cert, key } = tls ?? {};
  return {
    ...(ca !== undefined && { caCerts: [ca] }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  };
}

function streamOf(connection: Deno.TcpConn | Deno.TlsConn): ByteStream {
  // Small messages must not wait for each other.
  if ("setNoDelay" in connection) connection.setNoDelay(true);
  let isOpen = true;
  return {
    read: (buffer) => connection.read(buffer as Uint8Array<ArrayBuffer>),
    write: (bytes) => connection.write(bytes as Uint8Array<ArrayBuffer>),
    close() {
      if (isOpen) connection.close();
      isOpen = false;
    },
  };
}

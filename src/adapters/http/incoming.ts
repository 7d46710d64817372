/** A request as it came in: what is asked of it more than once is looked up once. */
import type { Access } from "../../pipeline/access.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import type { ClientCertificate } from "../tls/client_certificate.ts";
import { HeaderFields } from "./header_fields.ts";

/** A client as it arrives: who it is, is found out on the way. */
export type Arriving = Omit<ClientInfo, "access"> & {
  access?: Access | undefined;
  /** What its connection shows; undefined where no certificates are asked for. */
  readonly certificate?: ClientCertificate | undefined;
};

export class Incoming {
  readonly request: Request;
  readonly client: Arriving;
  readonly method: string;
  /** The path as it was sent: `new URL` would cost as much as the rest of the routing. */
  readonly path: string;
  readonly headers: HeaderFields;

  constructor(request: Request, client: Arriving) {
    const { method, url } = request;
    this.request = request;
    this.client = client;
    this.method = method;
    this.path = pathOf(url);
    this.headers = new HeaderFields(request.headers);
  }

  /** Host and port. HTTP/2 has no Host header; its :authority stands in the URL. */
  get host(): string | null {
    const { url } = this.request;
    return this.headers.host ?? (URL.canParse(url) ? new URL(url).host : null);
  }
}

function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const end = url.indexOf("?", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

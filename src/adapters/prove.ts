/** Who makes a request: by its credential, or by the certificate of its connection, or by both. */
import type { Problem } from "../base/errors.ts";
import type { Access } from "../pipeline/access.ts";
import type { ClientInfo } from "../pipeline/call.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { NO_CREDENTIAL } from "./credential.ts";
import type { ClientCertificate } from "./tls/client_certificate.ts";

/** What a request shows. */
export interface Proof {
  /** A problem for one that is never right. */
  readonly credential: string | Problem | undefined;
  /** Undefined where the connection has none. */
  readonly certificate: ClientCertificate | undefined;
}

type Found = Access | Problem;

/** Of a runtime that asks who calls. Without any proof, `anonymous` ones are the `default` tenant's. */
export function prove(
  runtime: Runtime,
  { credential, certificate }: Proof,
  client: ClientInfo,
  anonymous: boolean,
): Found | Promise<Found> {
  if (credential === undefined && certificate !== undefined) {
    if (certificate.grant === undefined) return UNMAPPED;
    return runtime.accessTo!(certificate.grant.tenant, certificate.grant.name);
  }
  if (credential === undefined && !anonymous) return NO_CREDENTIAL;
  const found = runtime.authenticate!(credential, client);
  const tenant = certificate?.grant?.tenant;
  if (tenant === undefined) return found;
  return found instanceof Promise
    ? found.then((each) => ofTenant(each, tenant))
    : ofTenant(found, tenant);
}

/** A key in the wrong hands: the certificate says whose hands these are. */
function ofTenant(found: Found, tenant: string): Found {
  return "code" in found || found.tenant === tenant ? found : MISMATCH;
}

const UNMAPPED: Problem = {
  code: "unauthenticated",
  detail: "Cannot serve request: no name in the client's certificate belongs to a tenant here",
};
const MISMATCH: Problem = {
  code: "unauthenticated",
  detail: "Cannot serve request: its credential is not of the tenant that its certificate is of",
};

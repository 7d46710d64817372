/** Who makes a call of gRPC: by its metadata, or by the certificate of its connection. */
import type { Metadata } from "@grpc/grpc-js";
import type { Problem } from "../../base/errors.ts";
import type { Access } from "../../pipeline/access.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { NO_CREDENTIAL, readCredential, UNUSABLE_CREDENTIAL } from "../credential.ts";
import type { Connection } from "./connection.ts";

/** A client as it arrives: who it is, is found out on the way. */
export class Caller implements ClientInfo {
  readonly address: string | undefined;
  access: Access | undefined = undefined;

  constructor(address: string | undefined) {
    this.address = address;
  }
}

export interface CallerOptions {
  /** Whether calls without credentials are the `default` tenant's. */
  readonly anonymous: boolean;
}

type Found = Access | Problem | undefined;

/** Who it is, or why it is not served. */
export function findCaller(
  runtime: Runtime,
  metadata: Metadata,
  connection: Connection | undefined,
  { anonymous }: CallerOptions,
): Caller | Problem | Promise<Caller | Problem> {
  const caller = new Caller(connection?.address);
  if (runtime.authenticate === undefined) return caller;
  const take = (found: Found): Caller | Problem => {
    if (found === undefined) return caller;
    const problem = "code" in found ? found : found.problem;
    if (problem !== undefined) return problem;
    caller.access = found as Access;
    return caller;
  };
  const found = prove(runtime, metadata, connection, caller, anonymous);
  return found instanceof Promise ? found.then(take) : take(found);
}

function prove(
  runtime: Runtime,
  metadata: Metadata,
  connection: Connection | undefined,
  caller: Caller,
  anonymous: boolean,
): Found | Promise<Found> {
  const authorization = single(metadata, "authorization");
  const key = single(metadata, "x-api-key");
  const isTwice = authorization === undefined || key === undefined;
  const credential = isTwice ? UNUSABLE_CREDENTIAL : readCredential(authorization, key);
  const certificate = connection?.certificate;
  if (credential === undefined) {
    if (certificate === undefined && !anonymous) return NO_CREDENTIAL;
    if (certificate === undefined) return runtime.authenticate!(undefined, caller);
    if (certificate.grant === undefined) return UNMAPPED;
    return runtime.accessTo!(certificate.grant.tenant, certificate.grant.name);
  }
  const found = runtime.authenticate!(credential, caller);
  const tenant = certificate?.grant?.tenant;
  if (tenant === undefined) return found;
  return found instanceof Promise
    ? found.then((each) => ofTenant(each, tenant))
    : ofTenant(found, tenant);
}

/** A key in the wrong hands: the certificate says whose hands these are. */
function ofTenant(found: Access | Problem, tenant: string): Access | Problem {
  return "code" in found || found.tenant === tenant ? found : MISMATCH;
}

/** The only value of a name; null for none, undefined for several. */
function single(metadata: Metadata, name: string): string | null | undefined {
  const values = metadata.get(name);
  if (values.length === 0) return null;
  return values.length === 1 ? String(values[0]) : undefined;
}

const UNMAPPED: Problem = {
  code: "unauthenticated",
  detail: "Cannot serve request: no name in the client's certificate belongs to a tenant here",
};
const MISMATCH: Problem = {
  code: "unauthenticated",
  detail: "Cannot serve request: its credential is not of the tenant that its certificate is of",
};

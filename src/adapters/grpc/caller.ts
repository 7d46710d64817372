/** Who makes a call of gRPC: by its metadata, or by the certificate of its connection. */
import type { Metadata } from "@grpc/grpc-js";
import type { Problem } from "../../base/errors.ts";
import type { Access } from "../../pipeline/access.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import { readTrace, type TraceContext } from "../../pipeline/trace.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { readCredential, UNUSABLE_CREDENTIAL } from "../credential.ts";
import { prove } from "../prove.ts";
import type { Connection } from "./connection.ts";

/** A client as it arrives: who it is, is found out on the way. */
export class Caller implements ClientInfo {
  readonly address: string | undefined;
  access: Access | undefined = undefined;
  /** The trace that it says the call belongs to. */
  trace: TraceContext | undefined = undefined;

  constructor(address: string | undefined) {
    this.address = address;
  }
}

export interface CallerOptions {
  /** Whether calls without credentials are the `default` tenant's. */
  readonly anonymous: boolean;
}

/** Who it is, or why it is not served. */
export function findCaller(
  runtime: Runtime,
  metadata: Metadata,
  connection: Connection | undefined,
  { anonymous }: CallerOptions,
): Caller | Problem | Promise<Caller | Problem> {
  const caller = new Caller(connection?.address);
  caller.trace = traceOf(metadata);
  if (runtime.authenticate === undefined) return caller;
  const take = (found: Access | Problem): Caller | Problem => {
    const problem = "code" in found ? found : found.problem;
    if (problem !== undefined) return problem;
    caller.access = found as Access;
    return caller;
  };
  const proof = { credential: credentialOf(metadata), certificate: connection?.certificate };
  const found = prove(runtime, proof, caller, anonymous);
  return found instanceof Promise ? found.then(take) : take(found);
}

function traceOf(metadata: Metadata): TraceContext | undefined {
  const traceparent = single(metadata, "traceparent");
  if (typeof traceparent !== "string") return undefined;
  const [tracestate, baggage] = [single(metadata, "tracestate"), single(metadata, "baggage")];
  return readTrace({ traceparent, tracestate, baggage });
}

function credentialOf(metadata: Metadata): ReturnType<typeof readCredential> {
  const authorization = single(metadata, "authorization");
  const key = single(metadata, "x-api-key");
  const isTwice = authorization === undefined || key === undefined;
  return isTwice ? UNUSABLE_CREDENTIAL : readCredential(authorization, key);
}

/** The only value of a name; null for none, undefined for several. */
function single(metadata: Metadata, name: string): string | null | undefined {
  const values = metadata.get(name);
  if (values.length === 0) return null;
  return values.length === 1 ? String(values[0]) : undefined;
}

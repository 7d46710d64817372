/** Whether a server could listen where it is to listen. */
import { askAdmin } from "../../src/adapters/admin/admin_client.ts";
import { describeThrown } from "../../src/base/errors.ts";
import { servesHttp } from "../../src/config/serve_config.ts";
import type { ServerStatus } from "../../src/runtime/control.ts";
import { findServers } from "../admin/find_server.ts";
import { type Check, failed, type Finding, ok } from "./check.ts";

interface Address {
  readonly hostname: string;
  readonly port: number;
}

export const checkPorts: Check = async ({ config }) => {
  const wanted: Address[] = [];
  if (servesHttp(config.mode)) wanted.push(config);
  if (config.grpc !== undefined) wanted.push(config.grpc);
  if (wanted.length === 0) return [ok("stdio needs none")];
  return await Promise.all(wanted.map(checkPort));
};

async function checkPort({ hostname, port }: Address): Promise<Finding> {
  const where = `${hostname}:${port}`;
  try {
    Deno.listen({ hostname, port }).close();
    return ok(`${where} is free`);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) {
      return failed(`${where} cannot be listened on: ${describeThrown(error)}`);
    }
  }
  const server = await serverAt(port);
  if (server !== undefined) return ok(`${where} is taken by gomcp, which runs as ${server.pid}`);
  return failed(`${where} is in use by another program`);
}

/** A server of this user's that listens there. */
async function serverAt(port: number): Promise<ServerStatus | undefined> {
  for (const socket of await findServers(undefined)) {
    const asked = askAdmin<ServerStatus>(socket, { method: "GET", path: "/v1/status" });
    const status = await asked.catch(() => undefined); // it ends just now
    if (status?.url !== undefined && Number(new URL(status.url).port) === port) return status;
  }
  return undefined;
}

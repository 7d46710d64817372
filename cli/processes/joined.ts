/** The side of a listener process: it finds its server, and does as it is told. */
import { dirname } from "node:path";
import type { SiblingOptions } from "../../src/adapters/http/siblings.ts";
import { GomcpError } from "../../src/base/errors.ts";
import type { ServeConfig } from "../../src/config/serve_config.ts";
import { withPlace } from "../../src/stores/audit/file_names.ts";
import { openLibc, PR_SET_PDEATHSIG, SIGKILL } from "../libc.ts";
import {
  Channel,
  type FromListener,
  LISTENER_VARIABLE,
  type Orders,
  type ToListener,
} from "./channel.ts";

/** Why a listener process ends. */
export interface End {
  readonly reason: "stop" | "retire" | "parent gone";
  /** Whether clients that listen are to be told that lists may have changed. */
  readonly tell: boolean;
}

/** A process that is one of several. */
export interface Joined {
  readonly orders: Orders;
  /** The other processes of its server. */
  readonly siblings: SiblingOptions;
  /** Resolves when it is to end; when the server has gone, too. */
  readonly end: Promise<End>;
  /** It listens. */
  ready(port: number): Promise<void>;
  /** Its last word. */
  stopped(count: number): Promise<void>;
}

/** Undefined in a process that is not a listener of another. */
export async function joinServer(): Promise<Joined | undefined> {
  const said = Deno.env.get(LISTENER_VARIABLE);
  if (said === undefined) return undefined;
  // Tools, and what they start, have no use for it.
  Deno.env.delete(LISTENER_VARIABLE);
  dieWithServer();
  const [id = "", path = ""] = said.split(" ");
  const connection = await Deno.connect({ transport: "unix", path });
  const channel = new Channel<ToListener, FromListener>(connection);
  await channel.send({ kind: "hello", id });
  const orders = Promise.withResolvers<Orders>();
  const end = Promise.withResolvers<End>();
  (async () => {
    for await (const message of channel.messages()) {
      if (message.kind === "orders") orders.resolve(message);
      else if (message.kind === "stop") end.resolve({ reason: "stop", tell: false });
      else end.resolve({ reason: "retire", tell: message.tell });
    }
    orders.reject(new GomcpError("internal", "Cannot listen: the server has gone"));
    end.resolve({ reason: "parent gone", tell: false });
  })();
  const folder = dirname(path);
  const socketOf = (place: number) => `${folder}/http-${place}.sock`;
  const given = await orders.promise;
  // One that was killed has left its socket.
  await Deno.remove(socketOf(given.place)).catch(() => {});
  return {
    orders: given,
    siblings: { own: given.place, socketOf },
    end: end.promise,
    ready: async (port) => void await channel.send({ kind: "ready", port }),
    async stopped(count) {
      await channel.send({ kind: "stopped", stopped: count });
      channel.close();
    },
  };
}

/**
 * Without its server it leaves as soon as it notices; one that is held up by a tool that runs inline
 * never would. Linux ends it (prctl, PR_SET_PDEATHSIG) when the thread goes that started it, which is
 * the server's main one. A server that went before this is noticed by the connection that fails.
 */
function dieWithServer(): void {
  openLibc()?.prctl(PR_SET_PDEATHSIG, BigInt(SIGKILL), 0n, 0n, 0n);
}

/** What a listener process does otherwise than its server was told. */
export function configOfListener(config: ServeConfig, { orders }: Joined): ServeConfig {
  const { audit } = config;
  const file = audit.sinks.find((sink) => sink.kind === "file");
  return {
    ...config,
    port: orders.port,
    adminSocket: orders.adminSocket,
    // Its server watches.
    watch: false,
    audit: {
      ...audit,
      // A log's records are chained: each process has one of its own, with the key of all.
      sinks: audit.sinks.map((sink) =>
        sink.kind === "file" ? { ...sink, path: withPlace(sink.path, orders.place) } : sink
      ),
      keyFile: audit.keyFile ?? (file === undefined ? undefined : `${file.path}.key`),
    },
  };
}

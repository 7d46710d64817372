/** The side of a listener process: it finds its server, and does as it is told. */
import { GomcpError } from "../../src/base/errors.ts";
import type { ServeConfig } from "../../src/config/serve_config.ts";
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
  return {
    orders: await orders.promise,
    end: end.promise,
    ready: async (port) => void await channel.send({ kind: "ready", port }),
    async stopped(count) {
      await channel.send({ kind: "stopped", stopped: count });
      channel.close();
    },
  };
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

/** "audit.jsonl" of the second process is "audit.2.jsonl". */
export function withPlace(path: string, place: number): string {
  const [, start = path, extension = ""] = /^(.*[^/])(\.[^./]+)$/.exec(path) ?? [];
  return `${start}.${place}${extension}`;
}

/** Connections that are too many, or that do not get on: ended once a second. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { hostnameOf, type TcpConnection, type TcpConnections } from "./linux_sockets.ts";

const SWEEP_MS = 1_000;
/** Looks for silent connections within the time that a head may take. */
const LOOKS_PER_HEAD = 8;

export interface ConnectionGuardOptions {
  readonly connections: TcpConnections;
  readonly clock: Clock;
  readonly log: Logger;
  /** The port that the server listens on. */
  readonly port: number;
  /** Above, the newest connections of an address are ended. */
  readonly perAddressMax: number;
  /** How long a connection may take for the head of its first request. */
  readonly headTimeoutMs: number;
}

/** The far end of a connection. */
export interface Remote {
  readonly hostname: string;
  readonly port: number;
}

interface Known {
  readonly sinceMs: number;
  readonly port: number;
}

export class ConnectionGuard {
  readonly #options: ConnectionGuardOptions;
  /** By inode; in the order in which they were seen, which is that of their age. */
  #known = new Map<string, Known>();
  /** Remote ports from which a request came. */
  readonly #spoken = new Set<number>();
  #doomed: Remote[] = [];
  /** Those that were doomed before the last sweep: what was sent to them has gone out. */
  #due: Remote[] = [];
  #sweptMs: number;
  #cancel: CancelTimer | undefined;

  constructor(options: ConnectionGuardOptions) {
    this.#options = options;
    this.#sweptMs = options.clock.now();
    this.#schedule();
  }

  /** A request has come. */
  note(remotePort: number): void {
    this.#spoken.add(remotePort);
  }

  /** A connection is of no use any more; it is ended after what was sent. */
  doom(remote: Remote): void {
    this.#doomed.push(remote);
  }

  /** Calling it again does nothing. */
  close(): void {
    if (this.#cancel === undefined) return;
    this.#cancel();
    this.#cancel = undefined;
    this.#options.connections.close();
  }

  #schedule(): void {
    this.#cancel = this.#options.clock.after(SWEEP_MS, () => {
      if (this.#mustSweep()) this.#sweep();
      this.#schedule();
    });
  }

  /** The kernel's table takes a hundredth of a core to read once a second: only when it may matter. */
  #mustSweep(): boolean {
    const { connections, perAddressMax, headTimeoutMs, clock } = this.#options;
    if (this.#doomed.length > 0 || this.#due.length > 0) return true;
    if (clock.now() - this.#sweptMs >= headTimeoutMs / LOOKS_PER_HEAD) return true;
    return connections.count() > perAddressMax;
  }

  #sweep(): void {
    const { connections, port, log, clock } = this.#options;
    this.#sweptMs = clock.now();
    const listed = connections.list(port);
    this.#learn(listed);
    const byAge = listed.toSorted((a, b) => this.#sinceMs(a) - this.#sinceMs(b));
    const [crowded, silent] = [this.#crowded(byAge), listed.filter((each) => this.#isSilent(each))];
    const doomed = this.#takeDue(listed);
    const ended = new Set([...crowded, ...silent, ...doomed].map(({ inode }) => inode));
    if (ended.size === 0) return;
    connections.end(ended);
    const counts = { crowded: crowded.length, silent: silent.length, slow: doomed.length };
    log.warn("connections ended", counts);
  }

  /** Keeps what still is, and takes in what is new. */
  #learn(listed: readonly TcpConnection[]): void {
    const nowMs = this.#options.clock.now();
    const known = new Map<string, Known>();
    for (const { inode, port } of listed) {
      known.set(inode, this.#known.get(inode) ?? { sinceMs: nowMs, port });
    }
    for (const [inode, { port }] of this.#known) if (!known.has(inode)) this.#spoken.delete(port);
    const ports = new Set(listed.map(({ port }) => port));
    // Connections that came and went between two looks.
    for (const port of this.#spoken) if (!ports.has(port)) this.#spoken.delete(port);
    this.#known = known;
  }

  #takeDue(listed: readonly TcpConnection[]): TcpConnection[] {
    const due = this.#due;
    [this.#due, this.#doomed] = [this.#doomed, []];
    if (due.length === 0) return [];
    const keys = new Set(due.map(({ hostname, port }) => `${canonical(hostname)} ${port}`));
    return listed.filter(({ address, port }) =>
      keys.has(`${canonical(hostnameOf(address))} ${port}`)
    );
  }

  #sinceMs({ inode }: TcpConnection): number {
    return this.#known.get(inode)!.sinceMs;
  }

  #crowded(byAge: readonly TcpConnection[]): TcpConnection[] {
    const counts = new Map<string, number>();
    return byAge.filter(({ address }) => {
      const count = (counts.get(address) ?? 0) + 1;
      counts.set(address, count);
      return count > this.#options.perAddressMax;
    });
  }

  #isSilent(connection: TcpConnection): boolean {
    if (this.#spoken.has(connection.port)) return false;
    return this.#options.clock.now() - this.#sinceMs(connection) >= this.#options.headTimeoutMs;
  }
}

/** One spelling for each address: IPv6 has many. */
function canonical(hostname: string): string {
  return hostname.includes(":") ? new URL(`http://[${hostname}]`).hostname : hostname;
}

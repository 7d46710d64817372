/**
 * The TCP connections of this process, as Linux tells them (proc(5), /proc/net/tcp), and the way to end
 * one (shutdown(2)). Deno's own server shows connections only while they carry a request.
 */

/** An established connection to a port of this machine. */
export interface TcpConnection {
  /** What tells it from all others while it lasts. */
  readonly inode: string;
  /** In the form of the kernel: equal for equal addresses. */
  readonly address: string;
  readonly port: number;
}

/** Where connections are seen and ended. */
export interface TcpConnections {
  /** How many TCP sockets there are at most: cheap to ask, however many there are. */
  count(): number;
  /** The connections to a local port, the oldest ones first as far as that is known. */
  list(localPort: number): TcpConnection[];
  /** Ends connections at once, both ways. */
  end(inodes: ReadonlySet<string>): void;
  /** Gives back what it took to see them. */
  close(): void;
}

const SHUT_RDWR = 2;
const ESTABLISHED = "01";
const SYMBOLS = { shutdown: { parameters: ["i32", "i32"], result: "i32" } } as const;

/**
 * Undefined on other systems, and without the permissions that it takes. The tables show the
 * connections of all processes; `ownOnly`, for a port that several listen on, leaves out those of the
 * others, which costs a look at each descriptor.
 */
export function linuxSockets({ ownOnly = false } = {}): TcpConnections | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const granted = ["ffi", "read"] as const;
  if (granted.some((name) => Deno.permissions.querySync({ name }).state !== "granted")) {
    return undefined;
  }
  try {
    readTables();
    countSockets(Deno.readTextFileSync("/proc/net/sockstat6"));
    const libc = Deno.dlopen("libc.so.6", SYMBOLS);
    return {
      count: () =>
        countSockets(Deno.readTextFileSync("/proc/net/sockstat")) +
        countSockets(Deno.readTextFileSync("/proc/net/sockstat6")),
      list(localPort) {
        const all = readTables().flatMap((table) => parseTable(table, localPort));
        if (!ownOnly || all.length === 0) return all;
        const own = new Set([...ownSockets()].map(([inode]) => inode));
        return all.filter(({ inode }) => own.has(inode));
      },
      end: (inodes) => endSockets(inodes, (fd) => void libc.symbols.shutdown(fd, SHUT_RDWR)),
      close: () => libc.close(),
    };
  } catch {
    return undefined; // without /proc, or with another libc
  }
}

function readTables(): string[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => Deno.readTextFileSync(path));
}

/** Of all ports: `TCP: inuse 7 orphan 0 …`, and `TCP6: inuse 2` in the other file. */
export function countSockets(statistics: string): number {
  return Number(/^TCP6?: inuse (\d+)/m.exec(statistics)?.[1] ?? Infinity);
}

/** Columns: slot, local address, remote address, state, …, inode as the tenth. */
export function parseTable(table: string, localPort: number): TcpConnection[] {
  const port = ":" + localPort.toString(16).toUpperCase().padStart(4, "0");
  const connections: TcpConnection[] = [];
  for (const line of table.split("\n")) {
    if (!line.includes(port)) continue;
    const columns = line.trim().split(/\s+/);
    const [, local, remote, state] = columns;
    if (local === undefined || !local.endsWith(port) || state !== ESTABLISHED) continue;
    const [address, remotePort] = remote!.split(":");
    connections.push({
      inode: columns[9]!,
      address: address!,
      port: parseInt(remotePort!, 16),
    });
  }
  return connections;
}

/** An address of the kernel's tables: words of four bytes, each in the order of the machine. */
export function hostnameOf(address: string): string {
  const words = address.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => word.match(/../g)!.reverse());
  if (bytes.length === 4) return bytes.map((byte) => parseInt(byte, 16)).join(".");
  return bytes.join("").match(/.{4}/g)?.join(":") ?? "";
}

/** A descriptor is looked up right before it is used: another one may get its number. */
function endSockets(inodes: ReadonlySet<string>, shutdown: (fd: number) => void): void {
  for (const [inode, fd] of ownSockets()) if (inodes.has(inode)) shutdown(fd);
}

/** The sockets of this process, by inode and descriptor. */
function* ownSockets(): Generator<readonly [inode: string, fd: number]> {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(name))?.[1];
    if (inode !== undefined) yield [inode, Number(name)];
  }
}

function linkOf(fd: string): string {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ""; // closed meanwhile
  }
}

/** Datagrams to a Unix socket, by the C library: Deno has no abstract names, and none without a file of its own. */
import {
  AF_UNIX,
  CLOCK_MONOTONIC,
  type Libc,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
} from "../libc.ts";

/** Bytes of `sun_path` (unix(7)). */
const PATH_BYTES = 108;
const FAMILY_BYTES = 2;

/** Sends one; false when nobody took it. Never waits. */
export type SendDatagram = (text: string) => boolean;

/**
 * Sends to `address`: a path, or an abstract name behind an "@" (sd_notify(3)). Undefined for what is
 * neither.
 */
export function datagramSender(libc: Libc, address: string): SendDatagram | undefined {
  const name = new TextEncoder().encode(address);
  if (!/^[/@]./.test(address) || name.length >= PATH_BYTES) return undefined;
  const target = new Uint8Array(FAMILY_BYTES + name.length + (address.startsWith("@") ? 0 : 1));
  new DataView(target.buffer).setUint16(0, AF_UNIX, true);
  target.set(name, FAMILY_BYTES);
  // An abstract name begins with a zero and is as long as it is said to be.
  if (address.startsWith("@")) target[FAMILY_BYTES] = 0;
  return (text) => {
    const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    const bytes = new TextEncoder().encode(text);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const size = BigInt(bytes.length);
    const sent = libc.sendto(fd, bytes, size, flags, target, target.length);
    libc.close(fd);
    return sent === size;
  };
}

/** Microseconds of CLOCK_MONOTONIC, which systemd compares with its own. */
export function monotonicUsec(libc: Libc): bigint {
  const time = new BigInt64Array(2);
  libc.clock_gettime(CLOCK_MONOTONIC, time);
  return time[0]! * 1_000_000n + time[1]! / 1_000n;
}

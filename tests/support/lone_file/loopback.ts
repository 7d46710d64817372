/** The loopback of a network namespace that was just made: it is down, and nothing else is there. */

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCSIFFLAGS = 0x8914n;
const IFF_UP = 1;
/** Where the flags stand in a struct ifreq, and its size (netdevice(7)). */
const FLAGS_AT = 16;
const IFREQ_BYTES = 40;

/** Takes it up, as `ip link set lo up` does, which not every machine has. */
export function raiseLoopback(): void {
  using libc = Object.assign(
    Deno.dlopen("libc.so.6", {
      socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
      ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
      close: { parameters: ["i32"], result: "i32" },
    }),
    { [Symbol.dispose]() {} },
  );
  const { socket, ioctl, close } = libc.symbols;
  const request = new Uint8Array(IFREQ_BYTES);
  request.set(new TextEncoder().encode("lo"));
  new DataView(request.buffer).setUint16(FLAGS_AT, IFF_UP, true);
  const fd = socket(AF_INET, SOCK_DGRAM, 0);
  const result = ioctl(fd, SIOCSIFFLAGS, request);
  close(fd);
  if (result !== 0) throw new Error("Cannot take the loopback up");
}

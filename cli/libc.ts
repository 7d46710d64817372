/** The few calls of the C library that Deno has no way for (Linux; glibc's names). */

const SYMBOLS = {
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  sendto: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"],
    result: "isize",
  },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  execv: { parameters: ["buffer", "buffer"], result: "i32" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize", nonblocking: true },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize", nonblocking: true },
  // For descriptors that do not wait, and pieces whose size fits.
  writeNow: { name: "write", parameters: ["i32", "buffer", "usize"], result: "i32" },
  sendNow: { name: "send", parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

export type Libc = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

/** The numbers that Linux gives these names on all machines that Deno runs on. */
export const O_WRONLY = 1;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const FD_CLOEXEC = 1;
export const AF_UNIX = 1;
export const SOCK_DGRAM = 2;
export const SOCK_CLOEXEC = O_CLOEXEC;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;
export const CLOCK_MONOTONIC = 1;
export const PR_SET_PDEATHSIG = 1;
export const SIGKILL = 9;
export const POLLIN = 1;
export const POLLOUT = 4;

let libc: Libc | undefined;

/** Undefined on other systems, without the permissions `ffi` and `read`, and with another C library. */
export function openLibc(): Libc | undefined {
  if (libc !== undefined || Deno.build.os !== "linux") return libc;
  const denied = (["ffi", "read"] as const)
    .some((name) => Deno.permissions.querySync({ name }).state !== "granted");
  if (denied) return undefined;
  try {
    libc = Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  } catch {
    // Told by what is returned.
  }
  return libc;
}

export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

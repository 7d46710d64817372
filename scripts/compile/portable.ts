/**
 * The portable build: a header for POSIX sh, the program and a stock Deno, both compressed, in one
 * file. The first start unpacks it; every later one is a plain `exec` of Deno.
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { HEADER_BYTES, portableHeader } from "./portable_header.ts";
import { RUN_FLAGS } from "./run_flags.ts";

export interface PortableOptions {
  /** The bundle. */
  readonly program: Uint8Array<ArrayBuffer>;
  /** Deno's executable, of the system that the file is for. */
  readonly deno: Uint8Array<ArrayBuffer>;
  /** What `uname -sm` says there, such as "Linux x86_64". */
  readonly system: string;
  /** Of gzip, from 1 to 9. */
  readonly level: number;
}

/** The whole file; equal parts make equal bytes. */
export function portableBuild(options: PortableOptions): Uint8Array<ArrayBuffer> {
  const { program, deno, system, level } = options;
  const parts = [gzipSync(program, { level: 9 }), gzipSync(deno, { level })] as const;
  const header = portableHeader({
    system,
    runFlags: RUN_FLAGS,
    programBytes: parts[0].length,
    // Other contents are unpacked to another folder, so that versions run beside each other.
    key: createHash("sha256").update(program).update(deno).digest("hex").slice(0, 16),
  });
  const file = new Uint8Array(HEADER_BYTES + parts[0].length + parts[1].length);
  file.set(new TextEncoder().encode(header));
  file.set(parts[0], HEADER_BYTES);
  file.set(parts[1], HEADER_BYTES + parts[0].length);
  return file;
}

/** What `uname -sm` says where this Deno runs; undefined on Windows, which has no sh. */
export function systemHere(): string | undefined {
  const { os, arch } = Deno.build;
  if (os === "darwin") return `Darwin ${arch === "aarch64" ? "arm64" : "x86_64"}`;
  return os === "linux" ? `Linux ${arch}` : undefined;
}

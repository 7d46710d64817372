/** A file that is only ever appended to, by one process; a write that fails leaves nothing behind. */
import { dirname } from "node:path";
import { GomcpError } from "../../base/errors.ts";

export class AppendFile {
  readonly file: Deno.FsFile;
  /** False for pipes and devices, which can be neither cut nor moved away. */
  readonly isRegular: boolean;
  readonly #path: string;
  #size: number;
  /** True while behind `size` stands what a failed write has left. */
  #dirty = false;
  #closed = false;

  private constructor(path: string, file: Deno.FsFile, info: Deno.FileInfo) {
    this.#path = path;
    this.file = file;
    this.isRegular = info.isFile;
    this.#size = info.size;
  }

  /** With the right to read, a pipe opens at once, whether or not somebody reads it. */
  static async open(path: string): Promise<AppendFile> {
    const file = await Deno.open(path, { read: true, append: true, create: true, mode: 0o600 });
    try {
      const opened = new AppendFile(path, file, await file.stat());
      if (opened.isRegular && !file.tryLockSync(true)) {
        const text = `Cannot write audit log ${path}: another process writes it`;
        throw new GomcpError("invalid_request", text);
      }
      if (opened.isRegular && opened.#size === 0) await syncFolder(path);
      return opened;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get size(): number {
    return this.#size;
  }

  /** All of the bytes, or none. */
  async append(bytes: Uint8Array, sync: boolean): Promise<void> {
    if (this.#dirty) await this.#cut();
    this.#dirty = this.isRegular;
    try {
      for (let at = 0; at < bytes.length;) at += await this.file.write(bytes.subarray(at));
      if (sync) await this.sync();
    } catch (error) {
      // What cannot be cut now is cut before the next write.
      await this.#cut().catch(() => {});
      throw error;
    }
    this.#dirty = false;
    this.#size += bytes.length;
  }

  async sync(): Promise<void> {
    if (this.isRegular && !this.#closed) await this.file.syncData();
  }

  /** Moves all from `offset` on to a file of its own. */
  async cutAside(offset: number): Promise<{ readonly path: string; readonly bytes: number }> {
    const bytes = this.#size - offset;
    const path = `${this.#path}.torn-${offset}`;
    await this.file.seek(offset, Deno.SeekMode.Start);
    const aside = await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o600 });
    try {
      const piece = new Uint8Array(64 * 1024);
      for (let n = await this.file.read(piece); n !== null; n = await this.file.read(piece)) {
        for (let at = 0; at < n;) at += await aside.write(piece.subarray(at, n));
      }
      await aside.sync();
    } finally {
      aside.close();
    }
    this.#size = offset;
    this.#dirty = true;
    await this.#cut();
    return { path, bytes };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.file.close();
  }

  async #cut(): Promise<void> {
    if (!this.#dirty) return;
    await this.file.truncate(this.#size);
    this.#dirty = false;
  }
}

/** A new file is on stable storage only once its name is. Some systems cannot do that. */
async function syncFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(dirname(path), { read: true });
    await folder.sync();
  } catch {
    // Then it is the system's to keep it.
  }
}

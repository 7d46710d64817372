/** A connection as bytes: the port that sockets implement. */

export interface ByteStream {
  /** Reads some bytes into `buffer`: how many; null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes: how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends it at once. May be called twice. */
  close(): void;
}

/** Opens a connection to the server. */
export type Connect = () => Promise<ByteStream>;

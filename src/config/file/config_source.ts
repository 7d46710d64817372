/** Files of configuration as they are given to their readers, and what readers give. */
import { ConfigFaults } from "../faults.ts";
import type { UpstreamConfig } from "../upstream_config.ts";
import type { ReferenceSources } from "./references.ts";

/** A file's text and what it can refer to. */
export interface ConfigSource extends ReferenceSources {
  /** As people know it. */
  readonly file: string;
  readonly text: string;
}

/** An upstream, and where it was configured. */
export interface PlacedUpstream {
  readonly config: UpstreamConfig;
  readonly place: string;
  /** The line of it, from 1. */
  readonly line: number;
}

/** One error for all that is wrong in a file. */
export function faultsOfFile(file: string, faults: readonly string[]): ConfigFaults {
  const [first, ...others] = faults.map((fault) => fault.replace(/^(?!Cannot )/, "Cannot read "));
  return new ConfigFaults([first!, ...others], `Cannot read ${file}`);
}

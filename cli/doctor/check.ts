/** What `gomcp doctor` looks at, and how it tells what it found. */
import type { ServeConfig } from "../../src/config/serve_config.ts";
import type { LoadedConfig } from "../load_config.ts";

/** What a server would be started with. */
export interface Patient {
  readonly loaded: LoadedConfig;
  readonly config: ServeConfig;
}

export interface Finding {
  readonly level: "ok" | "warning" | "failed";
  readonly detail: string;
}

/** Looks at one thing; what it throws is a finding as well. */
export type Check = (patient: Patient) => Promise<readonly Finding[]>;

export const ok = (detail: string): Finding => ({ level: "ok", detail });
export const warning = (detail: string): Finding => ({ level: "warning", detail });
export const failed = (detail: string): Finding => ({ level: "failed", detail });

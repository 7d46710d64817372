/** What must be known of an audit log whose file has been moved away: where its chain and its numbers stand. */
import { isRecord } from "../../base/json.ts";
import { rotatedFiles } from "./full_files.ts";
import { findEnd } from "./recover.ts";

/** Where a log stands after a seal. */
export interface LogState {
  readonly segment: number;
  readonly sealHash: string;
  readonly sequences: ReadonlyMap<string, number>;
}

/** Written to another name first, so that a crash leaves the old one or the new one. */
export async function writeState(path: string, state: LogState): Promise<void> {
  const { segment, sealHash, sequences } = state;
  const text = JSON.stringify({ segment, sealHash, sequences: Object.fromEntries(sequences) });
  await Deno.writeTextFile(`${path}.new`, text + "\n", { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
}

/** Where a log stands whose file is not there: by its state, or else by its last full file. */
export async function stateBefore(path: string): Promise<LogState | undefined> {
  const kept = await readState(`${path}.state`);
  const last = (await rotatedFiles(path)).at(-1);
  if (last === undefined || last.segment <= (kept?.segment ?? 0)) return kept;
  using file = await Deno.open(last.path, { read: true });
  const end = await findEnd(file, last.path);
  if (end?.state === undefined || end.sealHash === undefined) return kept;
  const sequences = new Map([...end.state.tenants].map(([name, count]) => [name, count.last]));
  return { segment: end.state.number, sealHash: end.sealHash, sequences };
}

/** Undefined when there is none, or none that can be read. */
async function readState(path: string): Promise<LogState | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
  } catch {
    return undefined;
  }
  if (!isRecord(value) || !isRecord(value.sequences)) return undefined;
  const { segment, sealHash, sequences } = value;
  if (typeof segment !== "number" || typeof sealHash !== "string") return undefined;
  const entries = Object.entries(sequences).filter(([, last]) => typeof last === "number");
  return { segment, sealHash, sequences: new Map(entries as [string, number][]) };
}

/** What changed between two definitions of a tool, and what it means for those who call it. */
import { isRecord, pointerStep } from "../base/json.ts";
import { isSameJson } from "./canonical_json.ts";
import { type Change, short } from "./change.ts";
import { diffSchemas } from "./diff_schemas.ts";

type Definition = Readonly<Record<string, unknown>>;

/** What changed; empty for definitions that are equal as JSON. */
export function diffDefinition(before: Definition, after: Definition): readonly Change[] {
  const changes: Change[] = [];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const key of keys) {
    const [old, now] = [before[key], after[key]];
    if (isSameJson(old, now)) continue;
    const pointer = pointerStep(key);
    if (key === "inputSchema") changes.push(...diffSchemas(old, now, { pointer, of: "input" }));
    else if (key === "outputSchema") changes.push(...diffOutput(old, now, pointer));
    else if (key === "annotations") changes.push(...diffHints(old, now, pointer));
    else changes.push({ kind: "review", pointer, detail: describe(old, now) });
  }
  return changes;
}

function diffOutput(old: unknown, now: unknown, pointer: string): readonly Change[] {
  if (now === undefined) return [{ kind: "breaking", pointer, detail: "is gone" }];
  if (old === undefined) return [{ kind: "compatible", pointer, detail: "is new" }];
  return diffSchemas(old, now, { pointer, of: "output" });
}

/** Clients decide by them what they ask their users. */
function diffHints(old: unknown, now: unknown, pointer: string): readonly Change[] {
  const [was, is] = [isRecord(old) ? old : {}, isRecord(now) ? now : {}];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((key) => !isSameJson(was[key], is[key]))
    .map((key) => ({
      kind: "review",
      pointer: pointer + pointerStep(key),
      detail: describe(was[key], is[key]),
    }));
}

/** How one value became another, short enough for a line. */
function describe(old: unknown, now: unknown): string {
  if (old === undefined) return `is new: ${short(now)}`;
  if (now === undefined) return `is gone, was ${short(old)}`;
  return `was ${short(old)}, is ${short(now)}`;
}

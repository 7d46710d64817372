/** Values that are nested deeper than what goes down into them by calls. */
import { JSON_DEPTH_MAX } from "./json_text.ts";

/** Level by level, since this must not go down by calls itself. */
export function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > JSON_DEPTH_MAX) return true;
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null ? Object.values(each) : []
    );
  }
  return false;
}

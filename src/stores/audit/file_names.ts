/** Names of audit files: logs, their full files, and those of several processes. */

/** `/var/log/audit.jsonl` and 7 → `/var/log/audit.00000007.jsonl`, which sorts before it. */
export function rotatedName(path: string, segment: number): string {
  const { stem, extension } = parts(path);
  return `${stem}.${String(segment).padStart(8, "0")}${extension}`;
}

/** The segment of a full file of `path`; undefined for any other name. */
export function segmentOfName(path: string, name: string): number | undefined {
  const { stem, extension } = parts(path);
  if (!name.startsWith(`${stem}.`) || !name.endsWith(extension)) return undefined;
  const middle = name.slice(stem.length + 1, name.length - extension.length);
  return /^\d{8,}$/.test(middle) ? Number(middle) : undefined;
}

/** The log that a full file is of, by its name; any other name as it is. */
export function logOfName(path: string): string {
  return path.replace(/\.\d{8,}(?=(?:\.[^./]*)?$)/, "");
}

/** The log of one of several processes: "audit.jsonl" of the second is "audit.2.jsonl". */
export function withPlace(path: string, place: number): string {
  const { stem, extension } = parts(path);
  return `${stem}.${place}${extension}`;
}

/**
 * The place among processes that a log's or a full file's name tells; 0 where it tells none, as a
 * name without an extension does.
 */
export function placeOf(path: string): number {
  return Number(/\.(\d{1,7})$/.exec(parts(logOfName(path)).stem)?.[1] ?? 0);
}

/** What the names of the logs of all processes are made of. */
export function withoutPlace(path: string): string {
  const { stem, extension } = parts(logOfName(path));
  return stem.replace(/\.\d{1,7}$/, "") + extension;
}

function parts(path: string): { stem: string; extension: string } {
  const dot = path.lastIndexOf(".");
  return dot > path.lastIndexOf("/") + 1
    ? { stem: path.slice(0, dot), extension: path.slice(dot) }
    : { stem: path, extension: "" };
}

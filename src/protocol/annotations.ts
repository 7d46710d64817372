/** Hints about whom something is for, how important it is and how new (MCP, server: annotations). */
import { isRecord, kindOf } from "../base/json.ts";

const TIME = /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Says what is wrong with annotations; undefined when nothing is. Others than MCP's are let be. */
export function annotationsFault(value: unknown, pointer: string): string | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) return `${pointer} is ${kindOf(value)}, expected object`;
  const { audience, priority, lastModified } = value;
  if (audience !== undefined && !isAudience(audience)) {
    return `${pointer}/audience is not a list of "user" and "assistant"`;
  }
  if (priority !== undefined && !isPriority(priority)) {
    return `${pointer}/priority is not a number from 0 to 1`;
  }
  if (lastModified !== undefined && !isTime(lastModified)) {
    return `${pointer}/lastModified is not a time such as "2025-01-12T15:00:58Z"`;
  }
  return undefined;
}

function isAudience(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => each === "user" || each === "assistant");
}

function isPriority(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1;
}

function isTime(value: unknown): boolean {
  const day = typeof value === "string" ? TIME.exec(value)?.[1] : undefined;
  if (day === undefined) return false;
  // V8 takes the 30th of February for a day in March.
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

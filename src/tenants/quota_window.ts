/** The periods of quotas: minutes, hours, days and months of the UTC calendar. */
import type { QuotaPeriod } from "./tenant.ts";

/** One period. */
export interface QuotaWindow {
  /** Its kind and number, such as "day:20779": the same on every machine. */
  readonly name: string;
  /** Its number among those of its kind. */
  readonly index: number;
  /** When it begins, in milliseconds since 1970. */
  readonly startsMs: number;
  /** When it ends. */
  readonly endsMs: number;
}

const LENGTH_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The period of this kind that a moment is in. */
export function windowAt(period: QuotaPeriod, nowMs: number): QuotaWindow {
  if (period === "month") return monthAt(nowMs);
  const lengthMs = LENGTH_MS[period];
  const index = Math.floor(nowMs / lengthMs);
  const startsMs = index * lengthMs;
  return { name: `${period}:${index}`, index, startsMs, endsMs: startsMs + lengthMs };
}

function monthAt(nowMs: number): QuotaWindow {
  const now = new Date(nowMs);
  const index = now.getUTCFullYear() * 12 + now.getUTCMonth();
  const firstOf = (month: number) => Date.UTC(Math.floor(month / 12), month % 12, 1);
  const [startsMs, endsMs] = [firstOf(index), firstOf(index + 1)];
  return { name: `month:${index}`, index, startsMs, endsMs };
}

/** Remembers the periods of now, since every call asks for one. */
export class QuotaWindows {
  readonly #now = new Map<QuotaPeriod, QuotaWindow>();

  at(period: QuotaPeriod, nowMs: number): QuotaWindow {
    const known = this.#now.get(period);
    if (known !== undefined && nowMs < known.endsMs && nowMs >= known.startsMs) return known;
    const window = windowAt(period, nowMs);
    this.#now.set(period, window);
    return window;
  }
}

/** The periods of quotas: minutes, hours, days and months of the UTC calendar. */
import type { Counter } from "./state_store.ts";
import type { QuotaPeriod, Tenant } from "./tenant.ts";

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

/**
 * What a tenant has used in a period is counted there. A tenant of the same id that was before is
 * counted elsewhere: a process that has not heard of its end takes nothing from this one.
 */
export function counterOf(
  { id, incarnation }: Pick<Tenant, "id" | "incarnation">,
  unit: Counter["unit"],
  { name, endsMs }: QuotaWindow,
): Counter {
  const window = incarnation === 0 ? name : `${incarnation} ${name}`;
  return { tenant: id, unit, window, endsMs };
}

/** Remembers the period of now, since every call asks for it. It may serve several clocks. */
export class CurrentWindow {
  readonly #period: QuotaPeriod;
  #window: QuotaWindow;

  constructor(period: QuotaPeriod) {
    this.#period = period;
    this.#window = windowAt(period, 0);
  }

  at(nowMs: number): QuotaWindow {
    const window = this.#window;
    if (nowMs < window.endsMs && nowMs >= window.startsMs) return window;
    return this.#window = windowAt(this.#period, nowMs);
  }
}

/** One for each period. */
export const CURRENT_WINDOWS: Readonly<Record<QuotaPeriod, CurrentWindow>> = {
  minute: new CurrentWindow("minute"),
  hour: new CurrentWindow("hour"),
  day: new CurrentWindow("day"),
  month: new CurrentWindow("month"),
};

/** Figures as people read them. */

/** Microseconds in the unit that fits: "850ns", "12.3µs", "4.56ms", "1.2s". */
export function formatUs(us: number): string {
  if (us < 1) return `${Math.round(us * 1_000)}ns`;
  if (us < 1_000) return `${digits(us)}µs`;
  if (us < 1_000_000) return `${digits(us / 1_000)}ms`;
  return `${digits(us / 1_000_000)}s`;
}

/** "1,234,567"; below a hundred with its tenths. */
export function formatCount(count: number): string {
  if (count < 100 && !Number.isInteger(count)) return count.toFixed(1);
  return Math.round(count).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

export function formatMiB(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`;
}

/** A change of so many parts of one: "+12.3 %". */
export function formatChange(ratio: number): string {
  const percent = (ratio * 100).toFixed(1);
  return `${ratio >= 0 ? "+" : ""}${percent} %`;
}

/** Three digits that count. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

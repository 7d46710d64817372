/** Figures as a line of small bars. */

const BARS = [..."▁▂▃▄▅▆▇█"];

/** As many bars as `width`, each as high as the largest of its values is, beside the largest of all. */
export function sparkline(values: readonly number[], width: number): string {
  const columns = Math.min(width, values.length);
  const largest = Array.from({ length: columns }, (_, at) => {
    const [from, to] = [at, at + 1].map((n) => Math.floor(n * values.length / columns));
    return Math.max(...values.slice(from, to));
  });
  const top = Math.max(...largest, 0);
  const bar = (value: number) => BARS[Math.round(value / top * (BARS.length - 1))]!;
  return largest.map((value) => top > 0 ? bar(value) : BARS[0]!).join("");
}

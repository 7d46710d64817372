/** Lines over axes as SVG: no script, no font, nothing from elsewhere. */

/** How values lie on an axis. */
export interface Axis {
  readonly label: string;
  /** Where a value is, in units of its own; the identity for a linear axis. */
  readonly place: (value: number) => number;
  /** Values that have a line, the least and the largest one among them. */
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Where the picture stands alone, it brings its colours along. @default false */
  readonly alone?: boolean;
}

const [WIDTH, HEIGHT] = [560, 300];
const EDGE = { left: 76, right: 32, top: 34, bottom: 46 };
const LEGEND_LINE = 16;
/** Told apart by people who see red and green alike, on light and dark (Okabe and Ito). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const STYLE = "<style>text{font:11px system-ui,sans-serif;fill:#555}line{stroke:#8885}</style>";

export function lineChart({ title, x, y, series, alone = false }: LineChart): string {
  const legend = series.length > 1 ? series.length * LEGEND_LINE : 0;
  const height = HEIGHT + legend;
  const toX = scale(x, EDGE.left, WIDTH - EDGE.right);
  const toY = scale(y, HEIGHT - EDGE.bottom, EDGE.top);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    alone ? `${STYLE}<rect width="${WIDTH}" height="${height}" fill="#fff"/>` : "",
    text(WIDTH / 2, 16, title, "middle", "font-weight:600"),
    ...y.ticks.map((tick) => yTick(toY(tick), y.format(tick))),
    ...x.ticks.map((tick) => xTick(toX(tick), x.format(tick))),
    text(WIDTH / 2, HEIGHT - 8, x.label, "middle"),
    text(4, EDGE.top - 10, y.label, "start"),
    ...series.map(({ points }, at) => polyline(points, toX, toY, colour(at))),
    ...legend === 0 ? [] : series.map(legendLine),
    "</svg>",
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** Ticks of a linear axis from zero: some five round numbers, the last one at or above `most`. */
export function roundTicks(most: number): readonly number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((each) => each >= rough)!;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

/** Ticks of a logarithmic axis: powers of ten around all the values, which are above zero. */
export function powerTicks(values: readonly number[]): readonly number[] {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  if (logs.length === 0) return [1, 10];
  const from = Math.floor(Math.min(...logs));
  const to = Math.max(Math.ceil(Math.max(...logs)), from + 1);
  return Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at));
}

/** Text as it may stand in XML and HTML. */
export function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
  return text.replace(/[&<>"]/g, (sign) => `&${names[sign]};`);
}

function scale(
  { place, ticks }: Axis,
  from: number,
  to: number,
): (value: number) => number {
  const [least, most] = [place(ticks[0]!), place(ticks.at(-1)!)];
  return (value) => from + (place(value) - least) / (most - least) * (to - from);
}

function colour(at: number): string {
  return COLOURS[at % COLOURS.length]!;
}

function polyline(
  points: Series["points"],
  toX: (x: number) => number,
  toY: (y: number) => number,
  stroke: string,
): string {
  const path = points.map(([x, y]) => `${toX(x).toFixed(1)},${toY(y).toFixed(1)}`).join(" ");
  return `<polyline points="${path}" fill="none" stroke="${stroke}" stroke-width="1.8"/>`;
}

function yTick(at: number, label: string): string {
  return `<line x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${at.toFixed(1)}" y2="${
    at.toFixed(1)
  }"/>` + text(EDGE.left - 6, at + 4, label, "end");
}

function xTick(at: number, label: string): string {
  return `<line x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${EDGE.top}" y2="${
    HEIGHT - EDGE.bottom
  }"/>` + text(at, HEIGHT - EDGE.bottom + 16, label, "middle");
}

function legendLine({ name }: Series, at: number): string {
  const y = HEIGHT + at * LEGEND_LINE;
  return `<rect x="${EDGE.left}" y="${y}" width="12" height="4" fill="${colour(at)}"/>` +
    text(EDGE.left + 18, y + 7, name, "start");
}

function text(x: number, y: number, words: string, anchor: string, style = ""): string {
  const more = style === "" ? "" : ` style="${style}"`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}"${more}>${
    escapeXml(words)
  }</text>`;
}

/**
 * Prometheus' text format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
 */

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The name of a label, and its value as it is: it is escaped here. */
export type Labels = Readonly<Record<string, string>>;

export interface FamilyHead {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** One line for people. */
  readonly help: string;
}

/** One number of a family; `suffix` is for the series of a histogram. */
export interface Sample {
  readonly value: number;
  readonly labels?: Labels;
  readonly suffix?: "_bucket" | "_sum" | "_count";
}

/** A family with its samples, as text; "" without samples. */
export function familyText(head: FamilyHead, samples: Iterable<Sample>): string {
  let text = "";
  for (const { value, labels = {}, suffix = "" } of samples) {
    text += `${head.name}${suffix}${labelsText(labels)} ${valueText(value)}\n`;
  }
  if (text === "") return "";
  return `# HELP ${head.name} ${head.help}\n# TYPE ${head.name} ${head.type}\n${text}`;
}

function labelsText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => ESCAPES[character]!);
}

function valueText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

/** Reads metrics as Prometheus does. */

export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class Metrics {
  constructor(readonly text: string) {}

  static async from(url: string): Promise<Metrics> {
    const response = await fetch(url);
    const text = await response.text();
    const type = response.headers.get("content-type");
    if (response.status !== 200 || type !== "text/plain; version=0.0.4; charset=utf-8") {
      throw new Error(`Cannot read metrics: ${response.status} ${type} ${text}`);
    }
    return new Metrics(text);
  }

  get samples(): readonly MetricSample[] {
    return this.text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map(
      (line) => {
        const [, name, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)!;
        const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
        const read = Object.fromEntries(pairs.map(([, name, value]) => [name, value]));
        return { name: name!, labels: read, value: value === "+Inf" ? Infinity : Number(value) };
      },
    );
  }

  /** The sum of the samples of this name that have these labels; undefined where there are none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const found = this.samples.filter((sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value)
    );
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  }
}

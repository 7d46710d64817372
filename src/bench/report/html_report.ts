import type { BenchReport } from "./report.ts";
export function htmlReport(report: BenchReport): string {
  return JSON.stringify(report);
}

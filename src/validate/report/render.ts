/** Reports by the names of their formats. */
import type { Validation } from "../validate.ts";
import type { ReportOptions } from "./entries.ts";
import { renderGithub } from "./github.ts";
import { renderJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderSarif } from "./sarif.ts";
import { renderText } from "./text.ts";

export const FORMATS = ["text", "json", "sarif", "github", "junit", "markdown"] as const;

export type Format = (typeof FORMATS)[number];

/** The whole report, without a line end; empty where a format has nothing to say. */
export function render(
  format: Format,
  validation: Validation,
  options: ReportOptions & { readonly version: string },
): string {
  switch (format) {
    case "text":
      return renderText(validation, options);
    case "json":
      return renderJson(validation, options);
    case "sarif":
      return renderSarif(validation, options.version);
    case "github":
      return renderGithub(validation, options);
    case "junit":
      return renderJunit(validation, options);
    case "markdown":
      return renderMarkdown(validation, options);
  }
}

/** Texts that cost as much as we could make them: found by a search for what is slowest, and kept. */
import type { ArgumentPurpose } from "../../src/pipeline/purpose.ts";

/** A piece that is repeated, and what an argument that takes it is for. */
export interface Hostile {
  readonly name: string;
  readonly purpose: ArgumentPurpose;
  readonly piece: string;
}

export const HOSTILE_TEXTS: readonly Hostile[] = [
  { name: "tags without an end", purpose: "text", piece: "<a " },
  { name: "scripts that do nothing", purpose: "text", piece: "<script " },
  { name: "scripts in letters that unfold", purpose: "text", piece: "\ufdfa<script " },
  { name: "long tags", purpose: "text", piece: "\\@  Kc%pq<afnxkkdgiqc,\\LPFCS+7pp))))&&do\n" },
  { name: "handlers that do nothing", purpose: "text", piece: '<a onx="(" ' },
  { name: "templates", purpose: "text", piece: "\\u003cK({%v!" },
  { name: "templates in templates", purpose: "text", piece: "{{${" },
  { name: "paths that never climb", purpose: "path", piece: "a/../" },
  { name: "paths that climb nowhere", purpose: "text", piece: "..\\oBnX$LF....\\/p%Sj]p=" },
  { name: "encodings that are no UTF-8", purpose: "text", piece: "%97x" },
  { name: "runs of encodings that are no UTF-8", purpose: "text", piece: "%97%98x" },
  { name: "encodings of surrogates", purpose: "text", piece: "%ed%a0%80x" },
  { name: "encoded steps up", purpose: "text", piece: "%2e%2e%2fx " },
  { name: "functions of databases", purpose: "text", piece: "sleep( " },
  { name: "joiners that join nothing", purpose: "text", piece: "a\u200b " },
  { name: "handlers without a click", purpose: "text", piece: "<a onclick=x >" },
  { name: "escapes", purpose: "text", piece: "\\u0041\\u0042" },
  { name: "entities", purpose: "text", piece: "&#x41;z" },
  { name: "unions", purpose: "text", piece: "7union(\t(\fdistinct\u000bselectM;oe}@<+-Q'&B$!%9" },
  { name: "line ends", purpose: "text", piece: "\n\n" },
  { name: "words for a model", purpose: "text", piece: "ignore all the your my previous prior " },
  {
    name: "words for a model and signs",
    purpose: "text",
    piece: ".5DV#`am)+and\\k9{#ylsT.without\r\ftell\r",
  },
];

/** The text, of at most so many bytes of UTF-8. */
export function hostileText({ piece }: Hostile, bytes: number): string {
  return piece.repeat(Math.floor(bytes / new TextEncoder().encode(piece).length));
}

/**
 * Proof that expressions do not backtrack without end; for tests. A few proofs take minutes: those
 * that took long are kept in `proved.json`, which `deno task prove` makes anew. What is not kept there,
 * such as an expression that was changed, is proved where it is asked for, however long that takes.
 */
import { createHash } from "node:crypto";
import kept from "./proved.json" with { type: "json" };

// The native parts of recheck do not run on every system; the pure one does.
Deno.env.set("RECHECK_BACKEND", "pure");
const { checkSync } = await import("recheck");

/** Only the automaton proves anything: the fuzzer of recheck merely finds nothing. */
const PROOF = {
  checker: "automaton",
  maxRepeatCount: 1_000,
  maxNFASize: 1_000_000,
  maxPatternSize: 100_000,
} as const;
const WHOLE_TIMEOUT_MS = 500;
const PART_TIMEOUT_MS = 300_000;

/** Digests of what has been proved safe. */
const KEPT: ReadonlySet<string> = new Set(kept);

/** "safe" when an expression is proved so, or else what is known of it. */
export function verdict(expression: RegExp): string {
  return KEPT.has(digestOf(expression)) ? "safe" : proveAnew(expression);
}

/** As `verdict`, by nothing that is kept. */
export function proveAnew({ source, flags }: RegExp): string {
  return prove(tokensOf(source), withoutPosition(flags));
}

/** Under which a proof is kept: what the expression is, whatever it is used for. */
export function digestOf({ source, flags }: RegExp): string {
  const text = `${source}/${withoutPosition(flags)}`;
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** Where an expression begins to look changes nothing of how it backtracks. */
function withoutPosition(flags: string): string {
  return flags.replace(/[gy]/g, "");
}

/**
 * An expression that takes long as a whole is taken apart: its alternatives are tried one after
 * the other, and so are those of a group that is not repeated, each with what stands around it.
 * Together they cost no less than the whole.
 */
function prove(tokens: readonly string[], flags: string): string {
  const parts = partsOf(tokens);
  const source = tokens.join("");
  const found = check(source, flags, parts === undefined ? PART_TIMEOUT_MS : WHOLE_TIMEOUT_MS);
  if (parts === undefined || found !== "unknown timeout") {
    return found === "safe" ? found : `${found}: ${source}`;
  }
  return parts.map((part) => prove(part, flags)).find((each) => each !== "safe") ?? "safe";
}

function check(source: string, flags: string, timeout: number): string {
  const found = checkSync(source, flags, { ...PROOF, timeout });
  if (found.status === "vulnerable") return `vulnerable ${found.complexity.type}`;
  return found.status === "safe" ? "safe" : `unknown ${found.error.kind}`;
}

function partsOf(tokens: readonly string[]): string[][] | undefined {
  const alternatives = split(tokens);
  if (alternatives.length > 1) return alternatives;
  for (let from = 0; from < tokens.length; from++) {
    if (!OPENS.test(tokens[from]!)) continue;
    const to = closing(tokens, from);
    const choices = split(tokens.slice(from + 1, to));
    const isOnce = !REPEATS.test(tokens[to + 1] ?? "") && !tokens[from]!.includes("<");
    if (isOnce && (tokens[from] === "(" || tokens[from] === "(?:")) {
      return choices.map((each) => [...tokens.slice(0, from), ...each, ...tokens.slice(to + 1)]);
    }
    from = to;
  }
  return undefined;
}

const TOKENS =
  /\\(?:u\{[^}]*\}|[^])|\[(?:[^\]\\]|\\[^])*\]|\((?:\?(?:[:=!]|<[=!]))?|\{\d+(?:,\d*)?\}|[^]/g;
const OPENS = /^\(/;
const REPEATS = /^(?:[*+?]|\{\d)/;

function tokensOf(source: string): string[] {
  return source.match(TOKENS) ?? [];
}

/** The alternatives of what is no group. */
function split(tokens: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (OPENS.test(token)) depth++;
    if (token === ")") depth--;
    if (token === "|" && depth === 0) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

function closing(tokens: readonly string[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    if (OPENS.test(tokens[at]!)) depth++;
    if (tokens[at] === ")" && --depth === 0) return at;
  }
  throw new Error("a group without an end");
}

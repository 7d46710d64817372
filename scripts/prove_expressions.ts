/**
 * Proves every expression of validation anew, some for minutes, and keeps the digests of those whose
 * proof takes long for the tests (`tests/support/proof.ts`). Ends with 1 where one is not safe.
 */
import { digestOf, proveAnew } from "../tests/support/proof.ts";
import {
  blockingExpressions,
  builtExpressions,
  promptExpressions,
  ruleExpressions,
  writtenExpressions,
} from "../tests/support/security_expressions.ts";

/** What is proved sooner is proved in each run of the tests. */
const LONG_MS = 1_000;
const KEPT = new URL("../tests/support/proved.json", import.meta.url);

const all = [
  ...builtExpressions(),
  ...ruleExpressions(),
  ...blockingExpressions(),
  ...promptExpressions(),
  ...writtenExpressions(),
];
const kept = new Set<string>();
/** At once: who ends a run that takes too long has what was proved until then. */
function keep(digest: string): void {
  kept.add(digest);
  Deno.writeTextFileSync(KEPT, JSON.stringify([...kept].sort(), undefined, 2) + "\n");
}
let unsafe = 0;
for (const { place, expression } of all) {
  const begun = performance.now();
  const found = proveAnew(expression);
  const ms = performance.now() - begun;
  if (found !== "safe") unsafe++;
  else if (ms > LONG_MS) keep(digestOf(expression));
  if (found !== "safe" || ms > LONG_MS) {
    console.log(`${place}: ${expression} ${found}, after ${Math.round(ms / 1_000)} s`);
  }
}
console.log(`${all.length} expressions, ${unsafe} not proved safe, ${kept.size} proofs kept`);
Deno.exit(unsafe === 0 ? 0 : 1);

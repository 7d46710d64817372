/** The official clients over stdio with resources, prompts, completion and the server's questions. */
import { CLIENT_NAMES } from "./support/clients.ts";
import { runFeatureScenarios, runWithoutAnswers } from "./support/feature_scenarios.ts";

/**
 * When they close, the official stdio transports race the end of the process against a
 * timer of 2 s, which they never clear. It fires in whichever test of this file runs then.
 */
const LEAKS_A_TIMER = { sanitizeOps: false, sanitizeResources: false };

for (const name of CLIENT_NAMES.filter((each) => each.includes("stdio"))) {
  Deno.test(
    `official client ${name} uses resources, prompts, completion and answers questions`,
    LEAKS_A_TIMER,
    (t) => runFeatureScenarios(name, t),
  );
  Deno.test(
    `official client ${name} that declares nothing is not asked`,
    LEAKS_A_TIMER,
    () => runWithoutAnswers(name),
  );
}

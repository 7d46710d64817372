/** The official clients over HTTP with resources, prompts, completion and the server's questions. */
import { CLIENT_NAMES } from "./support/clients.ts";
import { runFeatureScenarios, runWithoutAnswers } from "./support/feature_scenarios.ts";

for (const name of CLIENT_NAMES.filter((each) => each.includes("HTTP"))) {
  Deno.test(
    `official client ${name} uses resources, prompts, completion and answers questions`,
    (t) => runFeatureScenarios(name, t),
  );
  Deno.test(`official client ${name} that declares nothing is not asked`, async () => {
    await runWithoutAnswers(name);
  });
}

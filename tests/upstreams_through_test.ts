/** The official clients by way of a gomcp in front of a gomcp, each in the other era than the upstream. */
import { runScenarios } from "./support/client_scenarios.ts";
import { runFeatureScenarios } from "./support/feature_scenarios.ts";

/** The official stdio transports leave a timer of 2 s behind when they close. */
const LEAKS_A_TIMER = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "v2 modern over HTTP works through a front whose upstream is legacy over stdio",
  LEAKS_A_TIMER,
  (t) => runScenarios("v2 HTTP modern", t, { through: "stdio-legacy" }),
);

Deno.test(
  "v1 over stdio works through a front whose upstream is modern over HTTP",
  LEAKS_A_TIMER,
  (t) => runScenarios("v1 stdio", t, { through: "http" }),
);

Deno.test(
  "v2 modern is asked through a front whose upstream is legacy over HTTP",
  LEAKS_A_TIMER,
  (t) => runFeatureScenarios("v2 HTTP modern", t, { through: "http-legacy" }),
);

Deno.test(
  "v2 legacy is asked through a front whose upstream is modern over stdio",
  LEAKS_A_TIMER,
  (t) => runFeatureScenarios("v2 stdio legacy", t, { through: "stdio" }),
);

/** The official clients over stdio: progress, logs, cancellation, subscriptions, pages. */
import { CLIENT_NAMES } from "./support/clients.ts";
import { runEventScenarios } from "./support/event_scenarios.ts";

/**
 * When they close, the official stdio transports race the end of the process against a
 * timer of 2 s, which they never clear. It fires in whichever test of this file runs then.
 */
const LEAKS_A_TIMER = { sanitizeOps: false, sanitizeResources: false };

for (const name of CLIENT_NAMES.filter((each) => each.includes("stdio"))) {
  Deno.test(
    `official client ${name} hears what happens and gives up when it wants to`,
    LEAKS_A_TIMER,
    (t) => runEventScenarios(name, t),
  );
}

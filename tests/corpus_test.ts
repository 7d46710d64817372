/** The corpus holds the rules to what they promise: found attacks, and few false alarms. */
import { assert, assertEquals } from "@std/assert";
import { createValidator } from "../src/security/validator.ts";
import { generateBenign } from "./corpus/generate.ts";
import { type Benign, loadAttacks, loadBenign } from "./corpus/load.ts";
import { blockedOf, detection, judge, percent, type Rate, total } from "./corpus/measure.ts";
import { packageTexts } from "./corpus/packages.ts";

const DETECTION_MIN = 0.95;
const ALARMS_MAX = 0.005;

const attacks = await loadAttacks();
const benign = [...await loadBenign(), ...generateBenign(), ...await packageTexts()];
const declared = (item: Benign) => item.purpose;

function share({ hits, of }: Rate): number {
  return hits / of;
}

for (const heldOut of [false, true]) {
  const part = heldOut ? "held-out" : "tuned";
  Deno.test(`at least 95 % of the ${part} attacks of all families are found, 90 % of each`, () => {
    const rates = detection(attacks.filter((attack) => attack.heldOut === heldOut));
    const all = total(rates.values());
    assert(all.of > 250, `${all.of} attacks`);
    assert(share(all) >= DETECTION_MIN, percent(all));
    for (const [family, rate] of rates) {
      assert(rate.of > 10 && share(rate) >= 0.9, `${family}: ${percent(rate)} of ${rate.of}`);
    }
  });

  Deno.test(`at most 0.5 % of the ${part} benign texts are refused`, () => {
    const rate = blockedOf(judge(benign.filter((item) => item.heldOut === heldOut), declared));
    assert(rate.of > 1_000, `${rate.of} texts`);
    assert(share(rate) <= ALARMS_MAX, `${percent(rate)} of ${rate.of}`);
  });
}

Deno.test("nobody has to declare anything: as plain text, at most 0.5 % are refused too", () => {
  const rate = blockedOf(judge(benign, () => "text"));
  assert(share(rate) <= ALARMS_MAX, `${percent(rate)} of ${rate.of}`);
});

Deno.test("at defaults every found attack is refused but those that talk to a model", () => {
  for (const { item, blocked, family } of judge(attacks, () => "text")) {
    if (family !== undefined && family !== "prompt_injection") assert(blocked, item.text);
    if (family === "prompt_injection") assertEquals(blocked, false, item.text);
  }
});

Deno.test("an upstream server's tools are refused nothing", () => {
  const upstream = createValidator({}, { profile: "upstream" });
  const judged = judge(attacks, () => "text", upstream);
  assertEquals(blockedOf(judged).hits, 0);
  assert(judged.filter(({ family }) => family !== undefined).length > attacks.length * 0.95);
});

/** `deno task corpus`: prints what the rules find and what they take for attacks; --misses lists the tuned part's. */
import { generateBenign } from "./generate.ts";
import { type Benign, loadAttacks, loadBenign } from "./load.ts";
import {
  blockedOf,
  detection,
  falseAlarms,
  judge,
  type Judged,
  percent,
  type Rate,
  total,
} from "./measure.ts";
import { packageTexts } from "./packages.ts";

const attacks = await loadAttacks();
const benign = [...await loadBenign(), ...generateBenign()];
const packages = await packageTexts();
const declared = (item: Benign) => item.purpose;

const tuned = detection(attacks.filter(({ heldOut }) => !heldOut));
const unseen = detection(attacks.filter(({ heldOut }) => heldOut));
const own = judge(benign.filter(({ heldOut }) => !heldOut), declared);
const ownUnseen = judge(benign.filter(({ heldOut }) => heldOut), declared);
const alarms = falseAlarms(own);
const alarmsUnseen = falseAlarms(ownUnseen);

table("family", ["found, tuned on", "found, held out", "false alarms", "held out"], [
  ...[...tuned].map(([family, rate]) =>
    row(family, [rate, unseen.get(family)!, alarms.get(family)!, alarmsUnseen.get(family)!])
  ),
  row("all", [total(tuned.values()), total(unseen.values()), blockedOf(own), blockedOf(ownUnseen)]),
]);

const groups = new Map<string, Benign[]>();
for (const item of [...benign, ...packages]) {
  groups.set(item.kind, [...groups.get(item.kind) ?? [], item]);
}
table("benign texts", ["texts", "refused, purpose declared", "refused as text"], [
  ...[...groups].map(([kind, items]) => kindRow(kind, items)),
  kindRow("all", [...benign, ...packages]),
]);

if (Deno.args.includes("--misses")) {
  const missed = judge(attacks.filter(({ heldOut }) => !heldOut), () => "text")
    .filter(({ family }) => family === undefined);
  for (const { item } of missed) console.log("missed", item.family, JSON.stringify(item.text));
  list("alarm", own);
  list("alarm as text", judge(benign.filter(({ heldOut }) => !heldOut), () => "text"));
}

function list(label: string, judged: readonly Judged<Benign>[]): void {
  for (const { item, rule, blocked } of judged) {
    if (blocked) console.log(label, rule, item.kind, JSON.stringify(item.text).slice(0, 300));
  }
}

function kindRow(kind: string, items: readonly Benign[]): string[] {
  const asDeclared = blockedOf(judge(items, declared));
  const asText = blockedOf(judge(items, () => "text"));
  return [kind, String(items.length), show(asDeclared), show(asText)];
}

function row(name: string, rates: readonly Rate[]): string[] {
  return [name, ...rates.map(show)];
}

function show(rate: Rate): string {
  return `${rate.hits}/${rate.of} ${percent(rate)}`;
}

function table(first: string, heads: readonly string[], rows: readonly string[][]): void {
  const all = [[first, ...heads], ...rows];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((cells) => cells[i]!.length)));
  for (const cells of all) {
    console.log(
      cells.map((cell, i) => i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]!)).join(
        "  ",
      ),
    );
  }
  console.log();
}

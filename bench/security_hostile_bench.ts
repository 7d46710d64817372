/** What a string of 100 KB costs that is made to cost as much as it can, beside one of plain words. */
import { defaultValidator } from "../src/security/validator.ts";
import { HOSTILE_TEXTS, hostileText } from "../tests/corpus/hostile.ts";
import { consume } from "./support.ts";

const SIZE = 100_000;
const validator = defaultValidator();

Deno.bench("plain words", () => {
  consume(validator.validate({ a: "revenue by region and product line ".repeat(SIZE / 35) }));
});

for (const hostile of HOSTILE_TEXTS) {
  const value = { a: hostileText(hostile, SIZE) };
  const context = { tool: hostile.purpose, purposes: { a: hostile.purpose } };
  Deno.bench(hostile.name, () => {
    consume(validator.validate(value, context));
  });
}

/**
 * Offers calls of tenant "a" and writes one byte for each that was admitted, which a SIGKILL does
 * not undo: STATE FILE OFFERS PACE. With a pace it rests after each ten that were; a store that is away is
 * tried again.
 */
import { createTenantManager, openState } from "../../mod.ts";

const [state = "", file = "", offers = "", pace = "0"] = Deno.args;
const tenants = createTenantManager(await openState(state));
const out = Deno.openSync(file, { append: true, create: true });
const one = new Uint8Array(1);
const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

for (let i = 0; i < Number(offers); i++) {
  const refusal = await tenants.checkQuota("a");
  if (refusal === undefined) {
    out.writeSync(one);
    if (pace !== "0" && i % 10 === 0) await rest(Number(pace));
  } else if (refusal.code === "overloaded") {
    i--;
    await rest(10);
  }
}
await tenants.close();
out.close();

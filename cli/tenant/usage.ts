/** `gomcp tenant usage`: what was used, once or again and again. */
import { runTenantCommand, type Usage } from "./args.ts";
import { usageText } from "./render.ts";

const WATCH_MS = 1_000;
const USAGE: Usage = {
  usage: "gomcp tenant usage ID",
  what: "Tells what a tenant has used. What servers hold in advance counts as used for seconds.",
  example: "usage company-a --watch",
  flags: [{ name: "watch", kind: "switch", help: "each second anew, until it is interrupted" }],
  words: [1, 1],
};

export function run(args: readonly string[]): Promise<number> {
  return runTenantCommand(USAGE, args, async (tenants, told) => {
    const id = told.words[0]!;
    let stop = Promise.withResolvers<void>();
    let stopped = false;
    const onSignal = () => {
      stopped = true;
      stop.resolve();
    };
    if (told.values.watch === true) Deno.addSignalListener("SIGINT", onSignal);
    for (;;) {
      const usage = await tenants.usage(id);
      console.log(told.json ? JSON.stringify({ id, ...usage }) : usageText(id, usage));
      if (told.values.watch !== true) return;
      const timer = setTimeout(stop.resolve, WATCH_MS);
      await stop.promise;
      clearTimeout(timer);
      if (stopped) return Deno.removeSignalListener("SIGINT", onSignal);
      stop = Promise.withResolvers<void>();
    }
  });
}

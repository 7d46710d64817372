/** Why a module cannot be imported, in Deno's own words. */

const MASKED = /Loading unprepared module: (file:[^,\s]+)/;

/**
 * With import hooks, Deno 2.8 says no more than "Loading unprepared module" for a syntax
 * error or a missing import. `deno info` looks at the module without running it.
 */
export async function importFault(url: string, thrown: unknown): Promise<string | undefined> {
  const missing = MASKED.exec(String(thrown))?.[1];
  // A compiled program has no `deno info`: there Deno's own words have to do.
  if (missing === undefined || Deno.build.standalone) return undefined;
  return await faultOf(url) ?? await faultOf(missing);
}

async function faultOf(url: string): Promise<string | undefined> {
  const args = ["info", "--json", "--no-config", "--no-lock", url];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) return undefined;
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  return modules.find((module: { error?: string }) => module.error !== undefined)?.error;
}

/** What tools that leave a line behind for each call have run. */

/** How often each call ran, by the files of a folder: one a host, with an id a line. */
export async function runsOf(folder: string): Promise<Map<string, number>> {
  const runs = new Map<string, number>();
  for await (const { name } of Deno.readDir(folder)) {
    for (const id of (await Deno.readTextFile(`${folder}/${name}`)).split("\n")) {
      if (id !== "") runs.set(id, (runs.get(id) ?? 0) + 1);
    }
  }
  return runs;
}

/** Pages of docs/ that are made of the code: written, or compared with what is there. */

/** The text of each file, by its name in the folder. */
export type Pages = ReadonlyMap<string, string>;

/** As `deno fmt` has Markdown, so that the two do not write over each other. */
export async function formatted(pages: Pages): Promise<Pages> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of pages) await Deno.writeTextFile(`${folder}/${name}`, text);
    const args = ["fmt", "--quiet", "--no-config", "--line-width=100", folder];
    await new Deno.Command(Deno.execPath(), { args }).output();
    const texts = [...pages.keys()].map(async (name) =>
      [name, await Deno.readTextFile(`${folder}/${name}`)] as const
    );
    return new Map(await Promise.all(texts));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Names of files that are missing, or not what they should be. */
export async function differing(folder: URL, pages: Pages): Promise<readonly string[]> {
  const found = await Promise.all([...pages].map(async ([name, text]) => {
    const there = await Deno.readTextFile(new URL(name, folder)).catch(() => undefined);
    return there === text ? [] : [name];
  }));
  return found.flat();
}

export async function writePages(folder: URL, pages: Pages): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, text] of pages) await Deno.writeTextFile(new URL(name, folder), text);
}

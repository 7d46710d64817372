/** Hashes of files, as `sha256sum --check` reads them. */

/** A line for each file, by its name, in the order given. */
export async function checksums(
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
): Promise<string> {
  const lines = Object.entries(files).map(async ([name, content]) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    return `${new Uint8Array(digest).toHex()}  ${name}\n`;
  });
  return (await Promise.all(lines)).join("");
}

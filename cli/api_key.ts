/** The API key that this process was given. */

export const KEY_VARIABLE = "GOMCP_API_KEY";

/** Reads the key from the environment and takes it away from there: tools have no use for it. */
export function takeApiKey(): string | undefined {
  const key = Deno.env.get(KEY_VARIABLE);
  Deno.env.delete(KEY_VARIABLE);
  return key?.trim();
}

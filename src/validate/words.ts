/** The words of names and texts. */

/** The words of a name, in lower case: snake, kebab and camel. */
export function wordsOf(name: string): readonly string[] {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase().split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

const SECRETS =
  /^(?:password|passwd|passphrase|secret|api_?key|access_?token|private_?key|client_?secret|credentials?)$/i;

/** Whether an argument of that name is a password or a key. */
export function isSecretName(name: string): boolean {
  return SECRETS.test(name);
}

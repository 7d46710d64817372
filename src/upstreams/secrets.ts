/** What an upstream was given in confidence does not come back by it. */

/** Shorter values are words that stand anywhere. */
const SECRET_CHARS_MIN = 8;
const MASK = "[secret]";

/** Masks secrets in a message's JSON text, as they are and as JSON writes them. */
export function hideSecrets(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(
    secrets.filter(({ length }) => length >= SECRET_CHARS_MIN)
      .flatMap((secret) => [JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]),
  );
  // A longer one may hold a shorter one.
  const hidden = [...forms].sort((a, b) => b.length - a.length);
  if (hidden.length === 0) return (text) => text;
  return (text) => {
    let clean = text;
    for (const secret of hidden) {
      if (clean.includes(secret)) clean = clean.replaceAll(secret, MASK);
    }
    return clean;
  };
}

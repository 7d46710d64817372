/** Addresses of the web that secrets and keys may travel to and from. */

/** True for an address that only this machine can reach. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || hostname === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Says what is wrong with an address whose answers are to be trusted, or undefined when nothing is:
 * https, or http on loopback, without a user, a query or a fragment.
 */
export function webAddressFault(text: string): string | undefined {
  if (!URL.canParse(text)) return "it is no URL";
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return "it has a user or a password in it";
  if (/[?#]/.test(text)) return "it has a query or a fragment";
  if (protocol === "https:" || (protocol === "http:" && isLoopback(hostname))) return undefined;
  return "it is neither https nor http on loopback";
}

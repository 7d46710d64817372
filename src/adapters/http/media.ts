/** Accept headers, as far as a server with two media types needs them (RFC 9110 section 12.5.1). */

/** True when the header lets `type` pass; no header lets everything pass. */
export function accepts(header: string | null, type: string): boolean {
  if (header === null || header.includes(type)) return true;
  const family = type.slice(0, type.indexOf("/")) + "/*";
  return header.split(",").some((range) => {
    const name = range.split(";", 1)[0]!.trim().toLowerCase();
    return name === "*/*" || name === type || name === family;
  });
}

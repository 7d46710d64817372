/** Network addresses as keys: what one caller is likely to have for itself. */

/**
 * IPv4 as it is; of IPv6 the first 64 bits, since a host can take any address below them
 * (RFC 4291, section 2.5.4); IPv4 in IPv6 as IPv4. What is no address stays as it is.
 */
export function addressKey(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  const [bare] = address.split("%", 1);
  const [head, tail] = bare!.split("::", 2);
  const groups = head === "" ? [] : head!.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? [] : tail.split(":");
    while (groups.length + after.length < 8) groups.push("0");
    groups.push(...after);
  }
  return groups.slice(0, 4).map((group) => group.toLowerCase().replace(/^0+(?=.)/, "")).join(":");
}

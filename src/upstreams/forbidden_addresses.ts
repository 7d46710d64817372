/** Addresses that no upstream has, unless its operator insists: where clouds give out their secrets. */

const HOSTS = new Set(["metadata.google.internal", "metadata", "instance-data"]);
/** Those of clouds that are not link-local: of Alibaba, Oracle, Azure and Google. */
const ADDRESSES = new Set(["100.100.100.200", "192.0.0.192", "168.63.129.16", "fd20:ce::254"]);

export function isForbiddenHost(host: string): boolean {
  return HOSTS.has(host.toLowerCase().replace(/\.$/, ""));
}

/** True for link-local addresses (RFC 3927, RFC 4291) and those of metadata services. */
export function isForbiddenAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/%.*$/, "");
  const ip = inner(plain) ?? plain;
  // All of fd00:ec2::/32 is AWS's.
  return /^169\.254\.|^fe[89ab][0-9a-f]:|^fd00:ec2:/.test(ip) || ADDRESSES.has(ip);
}

/**
 * The address of IPv4 in one of IPv6: mapped and compatible (RFC 4291 section 2.5.5), by NAT64
 * (RFC 6052) or 6to4 (RFC 3056).
 */
function inner(address: string): string | undefined {
  const dotted = /^(?:::(?:ffff:(?:0:)?)?|64:ff9b::)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (dotted !== null) return dotted[1];
  const [, high, low] = /^(?:::(?:ffff:(?:0:)?)?|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/
    .exec(address) ?? /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/.exec(address) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [a, b] = [parseInt(high, 16), parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join(".");
}

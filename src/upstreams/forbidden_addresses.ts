/** Addresses that no upstream has, unless its operator insists: where clouds give out their secrets. */

const HOSTS = new Set(["metadata.google.internal", "metadata", "instance-data"]);
/** Those of clouds that are not link-local: of Alibaba, Oracle and AWS by IPv6. */
const ADDRESSES = new Set(["100.100.100.200", "192.0.0.192", "fd00:ec2::254"]);

export function isForbiddenHost(host: string): boolean {
  return HOSTS.has(host.toLowerCase().replace(/\.$/, ""));
}

/** True for link-local addresses (RFC 3927, RFC 4291) and those of metadata services. */
export function isForbiddenAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/%.*$/, "");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1] ?? hexMapped(plain);
  const ip = mapped ?? plain;
  return ip.startsWith("169.254.") || /^fe[89ab][0-9a-f]:/.test(ip) || ADDRESSES.has(ip);
}

/** "::ffff:a9fe:a9fe" is an address of IPv4, too. */
function hexMapped(address: string): string | undefined {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [a, b] = [parseInt(high, 16), parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join(".");
}

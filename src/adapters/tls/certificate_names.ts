/**
 * The names in an X.509 certificate, read from its bytes (RFC 5280). The text that Deno makes of them
 * does not say where one name ends: a name with a comma in it would pass for two.
 */

/** A tag of ASN.1 and where its contents are. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const OID_COMMON_NAME = "550403";
const OID_ALT_NAME = "551d11";
const EXTENSIONS = 0xa3;
/** The kinds of alternative names that are used, by their tags. */
const KINDS: ReadonlyMap<number, string> = new Map([[0x82, "DNS"], [0x86, "URI"]]);

/**
 * Such as ["CN:agent-7", "URI:spiffe://acme/agent-7", "DNS:agent.acme.example"]. A certificate with
 * several common names has none: it is not clear which one counts.
 *
 * @throws {RangeError} for bytes that are no certificate.
 */
export function certificateNames(der: Uint8Array): string[] {
  const [certificate] = elements(der, 0, der.length);
  const [body] = inner(der, certificate);
  const fields = inner(der, body);
  // The version, [0], may be left out; then come number, algorithm, issuer, validity, subject.
  const subject = fields[fields[0]?.tag === 0xa0 ? 5 : 4];
  const common = commonNames(der, subject);
  const extensions = fields.find(({ tag }) => tag === EXTENSIONS);
  const names = extensions === undefined ? [] : altNames(der, extensions);
  return common.length === 1 ? [`CN:${common[0]}`, ...names] : names;
}

function commonNames(der: Uint8Array, subject: Element | undefined): string[] {
  const pairs = inner(der, subject).flatMap((set) => inner(der, set)).map((pair) =>
    inner(der, pair)
  );
  return pairs.filter(([oid]) => hex(der, oid) === OID_COMMON_NAME)
    .map(([, value]) => text(der, value));
}

function altNames(der: Uint8Array, extensions: Element): string[] {
  const [list] = inner(der, extensions);
  const parts = inner(der, list).map((each) => inner(der, each))
    .filter(([oid]) => hex(der, oid) === OID_ALT_NAME);
  return parts.flatMap((part) => {
    // An octet string with the names in it; "critical" may stand before it.
    const [names] = inner(der, part.at(-1));
    return inner(der, names).flatMap((name) => {
      const kind = KINDS.get(name.tag);
      return kind === undefined ? [] : [`${kind}:${text(der, name)}`];
    });
  });
}

function inner(der: Uint8Array, element: Element | undefined): Element[] {
  if (element === undefined) throw damaged();
  return elements(der, element.start, element.end);
}

function elements(der: Uint8Array, from: number, end: number): Element[] {
  const found: Element[] = [];
  for (let at = from; at < end;) {
    const tag = der[at]!;
    let length = der[at + 1]!;
    let start = at + 2;
    if (length >= 0x80) {
      const count = length - 0x80;
      if (count < 1 || count > 4) throw damaged();
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (der[start + i] ?? NaN);
      start += count;
    }
    // False as well where a length is no number.
    if (!(start + length <= end)) throw damaged();
    found.push({ tag, start, end: start + length });
    at = start + length;
  }
  return found;
}

function hex(der: Uint8Array, element: Element | undefined): string {
  if (element === undefined) throw damaged();
  const bytes = der.subarray(element.start, element.end);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function text(der: Uint8Array, element: Element | undefined): string {
  if (element === undefined) throw damaged();
  return new TextDecoder().decode(der.subarray(element.start, element.end));
}

function damaged(): RangeError {
  return new RangeError("Cannot read certificate: it is damaged");
}

/** X.509 certificates made for a test (RFC 5280): an authority, and what it signs. */
import { encodeBase64 } from "../../src/base/base64.ts";

/** A certificate and its key as PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Common names; mostly one. */
  readonly names?: readonly string[];
  /** Alternative names by kind, such as ["URI", "spiffe://acme/a"]; "IP" takes four numbers. */
  readonly altNames?: readonly (readonly ["DNS" | "URI" | "IP", string])[];
}

type Bytes = Uint8Array<ArrayBuffer>;

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const SIGN = { name: "ECDSA", hash: "SHA-256" };
const OID = {
  commonName: [0x55, 4, 3],
  basicConstraints: [0x55, 29, 19],
  subjectAltName: [0x55, 29, 17],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
};
const ALT_TAGS = { DNS: 0x82, URI: 0x86, IP: 0x87 };

/** Signs certificates; its own is `cert`. */
export class Authority {
  readonly cert: string;
  readonly #name: string;
  readonly #key: CryptoKey;

  private constructor(name: string, key: CryptoKey, cert: string) {
    this.#name = name;
    this.#key = key;
    this.cert = cert;
  }

  static async create(name = "test authority"): Promise<Authority> {
    const keys = await newKeys();
    const extensions = [extension(OID.basicConstraints, sequence(der(1, [0xff])))];
    const body = await bodyOf({ issuer: name, names: [name], keys, extensions });
    return new Authority(name, keys.privateKey, await signed(body, keys.privateKey));
  }

  async sign({ names = [], altNames = [] }: CertificateOptions): Promise<Pair> {
    const keys = await newKeys();
    const values = altNames.map(([kind, value]) =>
      der(ALT_TAGS[kind], kind === "IP" ? value.split(".").map(Number) : utf8(value))
    );
    const extensions = altNames.length === 0
      ? []
      : [extension(OID.subjectAltName, sequence(...values))];
    const body = await bodyOf({ issuer: this.#name, names, keys, extensions });
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
    return { cert: await signed(body, this.#key), key: pem("PRIVATE KEY", pkcs8) };
  }

  /** A certificate for a server on this machine. */
  server(): Promise<Pair> {
    return this.sign({
      names: ["localhost"],
      altNames: [["DNS", "localhost"], ["IP", "127.0.0.1"]],
    });
  }
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

interface Body {
  readonly issuer: string;
  readonly names: readonly string[];
  readonly keys: CryptoKeyPair;
  readonly extensions: readonly Bytes[];
}

async function bodyOf({ issuer, names, keys, extensions }: Body): Promise<Bytes> {
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));
  const serial = crypto.getRandomValues(new Uint8Array(8));
  serial[0] = serial[0]! & 0x7f | 0x40;
  return sequence(
    der(0xa0, der(2, [2])),
    der(2, serial),
    sequence(der(6, OID.ecdsaWithSha256)),
    nameOf([issuer]),
    sequence(der(0x17, utf8("200101000000Z")), der(0x17, utf8("491231235959Z"))),
    nameOf(names),
    spki,
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
}

async function signed(body: Bytes, key: CryptoKey): Promise<string> {
  const raw = new Uint8Array(await crypto.subtle.sign(SIGN, key, body));
  const signature = sequence(integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  const whole = sequence(
    body,
    sequence(der(6, OID.ecdsaWithSha256)),
    der(3, concat([new Uint8Array([0]), signature])),
  );
  return pem("CERTIFICATE", whole);
}

function nameOf(names: readonly string[]): Bytes {
  const pairs = names.map((name) =>
    der(0x31, sequence(der(6, OID.commonName), der(0x0c, utf8(name))))
  );
  return sequence(...pairs);
}

function extension(oid: readonly number[], value: Bytes): Bytes {
  return sequence(der(6, oid), der(4, value));
}

function integer(bytes: Uint8Array): Bytes {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const digits = [...bytes.subarray(start)];
  return der(2, digits[0]! >= 0x80 ? [0, ...digits] : digits);
}

function sequence(...parts: readonly Bytes[]): Bytes {
  return der(0x30, concat(parts));
}

function der(tag: number, contents: ArrayLike<number>): Bytes {
  const [high, low] = [contents.length >> 8, contents.length & 0xff];
  const length = high > 0 ? [0x82, high, low] : low < 0x80 ? [low] : [0x81, low];
  return Uint8Array.from([tag, ...length, ...Array.from(contents)]);
}

function concat(parts: readonly Uint8Array[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = encodeBase64(bytes).replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

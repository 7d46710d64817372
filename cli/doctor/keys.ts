/** Whether the keys and certificates of a server are what they must be, and its own alone. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { TlsConfig } from "../../src/config/grpc_config.ts";
import { readAuditKey } from "../../src/stores/audit/key_file.ts";
import { type Check, failed, type Finding, ok, warning } from "./check.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
/** What others than the owner may do with a file. */
const OF_OTHERS = 0o077;

export const checkKeys: Check = async ({ config: { tls, audit } }) => {
  const findings: Finding[] = [];
  if (tls !== undefined) findings.push(...await checkTls(tls));
  const [file] = audit.sinks.flatMap((sink) => sink.kind === "file" ? [`${sink.path}.key`] : []);
  const key = audit.keyFile ?? file;
  if (key !== undefined) {
    if (await isThere(key)) {
      await readAuditKey(key);
      findings.push(await ownAlone(key, "audit key"));
    } else findings.push(ok(`audit key ${key} will be made`));
  }
  if (audit.signKeyFile !== undefined) findings.push(...await checkSigner(audit.signKeyFile));
  return findings.length > 0 ? findings : [ok("none are needed")];
};

async function checkTls({ certFile, keyFile }: TlsConfig): Promise<readonly Finding[]> {
  const certificate = new X509Certificate(await Deno.readTextFile(certFile));
  const key = createPrivateKey(await Deno.readTextFile(keyFile));
  if (!certificate.checkPrivateKey(key)) return [failed(`${keyFile} is no key of ${certFile}`)];
  const days = (Date.parse(certificate.validTo) - Date.now()) / DAY_MS;
  const begins = Date.parse(certificate.validFrom);
  const life = begins > Date.now()
    ? failed(`${certFile} is not valid before ${certificate.validFrom}`)
    : days <= 0
    ? failed(`${certFile} has expired: ${certificate.validTo}`)
    : days <= SOON_DAYS
    ? warning(`${certFile} expires in ${Math.ceil(days)} days`)
    : ok(`${certFile} is good for ${Math.floor(days)} days`);
  return [life, await ownAlone(keyFile, "TLS key")];
}

async function checkSigner(file: string): Promise<readonly Finding[]> {
  const { asymmetricKeyType } = createPrivateKey(await Deno.readTextFile(file));
  if (asymmetricKeyType === "ed25519") return [await ownAlone(file, "signing key")];
  return [failed(`signing key ${file} is of the kind ${asymmetricKeyType}, expected Ed25519`)];
}

/** Windows has no modes. */
async function ownAlone(file: string, what: string): Promise<Finding> {
  const { mode } = await Deno.stat(file);
  if (mode === null || (mode & OF_OTHERS) === 0) return ok(`${what} ${file}`);
  const octal = (mode & 0o777).toString(8);
  return warning(`${what} ${file} is open to others (mode ${octal}), expected 600`);
}

function isThere(file: string): Promise<boolean> {
  return Deno.stat(file).then(() => true, () => false);
}

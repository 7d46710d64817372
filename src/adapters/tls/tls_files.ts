/** Reads the files of TLS, and looks whether they have changed. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { type CancelTimer, type Clock } from "../../base/clock.ts";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import type { TlsMaterial, TlsOptions } from "./options.ts";

/**
 * Reads and checks the files.
 *
 * @throws {GomcpError} `invalid_request` naming the file and what is wrong with it.
 */
export function readTls(options: TlsOptions): TlsMaterial {
  const { certFile, keyFile, clientCaFile } = options;
  const cert = readPem(certFile, "certificate");
  const key = readPem(keyFile, "private key");
  const ca = clientCaFile === undefined
    ? undefined
    : readPem(clientCaFile, "certificates of clients");
  const material = { cert, key, ca };
  checkPair(material, options);
  return material;
}

function readPem(path: string, what: string): string {
  try {
    const text = Deno.readTextFileSync(path);
    if (text.includes("-----BEGIN ")) return text;
  } catch (cause) {
    throw refusal(`Cannot read ${what} "${path}": ${describeThrown(cause)}`, cause);
  }
  throw refusal(`Cannot read ${what} "${path}": it is no PEM, expected -----BEGIN …-----`);
}

/** While a certificate is being replaced, it and its key may not belong together for a moment. */
function checkPair(
  { cert, key, ca }: TlsMaterial,
  { certFile, keyFile, clientCaFile }: TlsOptions,
): void {
  let fits: boolean;
  try {
    fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    if (ca !== undefined) new X509Certificate(ca);
  } catch (cause) {
    const files = [certFile, keyFile, clientCaFile].filter((file) => file !== undefined).join(", ");
    throw refusal(`Cannot use ${files}: ${describeThrown(cause)}`, cause);
  }
  if (!fits) throw refusal(`Cannot use "${keyFile}": it is not the key of "${certFile}"`);
}

/** What a watch needs. */
export interface TlsWatchOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Takes what has changed. */
  readonly onChange: (material: TlsMaterial) => void;
}

/**
 * Looks at the files every few seconds; files that are mounted or linked tell of no changes. What
 * cannot be used is logged, and what was there before stays in use. Call what comes back to end it.
 */
export function watchTls(
  options: TlsOptions,
  first: TlsMaterial,
  { clock, log, onChange }: TlsWatchOptions,
): CancelTimer {
  let current = first;
  let lastFault = "";
  let cancel: CancelTimer;
  const look = () => {
    try {
      const material = readTls(options);
      lastFault = "";
      if (isSame(material, current)) return;
      onChange(material);
      current = material;
      log.info("certificate renewed", { file: options.certFile, until: validTo(material.cert) });
    } catch (error) {
      const fault = describeThrown(error);
      if (fault !== lastFault) log.error("certificate not renewed; the old one stays", { fault });
      lastFault = fault;
    }
  };
  const schedule = () => {
    cancel = clock.after(LIMITS.tlsLookMs, () => {
      look();
      schedule();
    });
  };
  schedule();
  return () => cancel();
}

function isSame(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.cert === b.cert && a.key === b.key && a.ca === b.ca;
}

function validTo(cert: string): string {
  return new X509Certificate(cert).validTo;
}

function refusal(text: string, cause?: unknown): GomcpError {
  return new GomcpError("invalid_request", text, cause === undefined ? {} : { cause });
}

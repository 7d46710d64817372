/** What is in a build, as CycloneDX 1.6 (ECMA-424): made of deno.lock, and equal for equal sources. */
import { createHash } from "node:crypto";

/** What is read of deno.lock. */
export interface Lock {
  readonly npm: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  /** Such as "sha512-…" in base64. */
  readonly integrity: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

export interface SbomOptions {
  readonly version: string;
  /** Ids of the lock, of packages that the program itself imports. */
  readonly roots: readonly string[];
  readonly lock: Lock;
  /** Of the Deno that runs it. */
  readonly deno: string;
  /** By the id of the lock; SPDX's names. */
  readonly licenses: ReadonlyMap<string, string>;
}

/** The document, with its lines in an order that hangs on nothing but what is in it. */
export function sbomText(options: SbomOptions): string {
  const { version, lock, deno } = options;
  const ids = reachable(options.roots, lock);
  const self = `pkg:generic/gomcp@${version}`;
  const runtime = `pkg:generic/deno@${deno}`;
  const body = {
    version: 1,
    metadata: {
      component: {
        "bom-ref": self,
        type: "application",
        name: "gomcp",
        version,
        licenses: [{ license: { id: "MIT" } }],
      },
    },
    components: [
      {
        "bom-ref": runtime,
        type: "platform",
        name: "deno",
        version: deno,
        purl: runtime,
        licenses: [{ license: { id: "MIT" } }],
      },
      ...ids.map((id) => component(id, lock.npm[id]!, options.licenses.get(id))),
    ],
    dependencies: [
      { ref: self, dependsOn: [runtime, ...[...options.roots].sort().map(purlOf)] },
      ...ids.map((id) => ({
        ref: purlOf(id),
        dependsOn: dependenciesOf(id, lock).map(purlOf).sort(),
      })),
    ],
  };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(body))}`;
  const head = { $schema: SCHEMA, bomFormat: "CycloneDX", specVersion: "1.6", serialNumber };
  return JSON.stringify({ ...head, ...body }, null, 2) + "\n";
}

const SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json";

/** Name and version of a package; behind "_" the lock says whose peer it is. */
export function nameOf(id: string): { readonly name: string; readonly version: string } {
  const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(id)!;
  return { name: name!, version: version! };
}

function component(id: string, { integrity }: LockedPackage, license: string | undefined) {
  const { name, version } = nameOf(id);
  const purl = purlOf(id);
  const [group, short] = name.startsWith("@") ? name.split("/") : [undefined, name];
  return {
    "bom-ref": purl,
    type: "library",
    ...(group !== undefined && { group }),
    name: short,
    version,
    purl,
    hashes: [{ alg: "SHA-512", content: hexOf(integrity) }],
    ...(license !== undefined && { licenses: [licenseOf(license)] }),
  };
}

/** "MIT OR Apache-2.0" is an expression, and not the id of a license. */
function licenseOf(text: string) {
  return /[ ()]/.test(text) ? { expression: text } : { license: { id: text } };
}

function purlOf(id: string): string {
  const { name, version } = nameOf(id);
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function hexOf(integrity: string): string {
  const [, base64] = /^sha512-(.+)$/.exec(integrity)!;
  return Uint8Array.fromBase64(base64!).toHex();
}

/** All that the roots need, sorted. */
function reachable(roots: readonly string[], lock: Lock): readonly string[] {
  const found = new Set(roots);
  for (const id of found) for (const next of dependenciesOf(id, lock)) found.add(next);
  return [...found].sort();
}

/** The lock leaves the version out where there is one alone, and optional ones that it does not have. */
function dependenciesOf(id: string, lock: Lock): readonly string[] {
  const entry = lock.npm[id];
  if (entry === undefined) throw new Error(`Cannot make the SBOM: deno.lock has no ${id}`);
  const find = (wanted: string) =>
    Object.keys(lock.npm).find((each) => each === wanted || nameOf(each).name === wanted);
  const needed = (entry.dependencies ?? []).map((wanted) => {
    const found = find(wanted);
    if (found === undefined) throw new Error(`Cannot make the SBOM: deno.lock has no ${wanted}`);
    return found;
  });
  const more = (entry.optionalDependencies ?? []).map(find).filter((each) => each !== undefined);
  return [...new Set([...needed, ...more])];
}

/** Of version 8 (RFC 9562): what is in it is ours to say, here a hash of the document. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = (8 + parseInt(hex[16]!, 16) % 4).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

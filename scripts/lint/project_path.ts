/** Tells where in the project a linted file stands, whatever folder the checkout lies in. */

const ROOT = toPath(new URL("../../", import.meta.url));

/** The places the rules speak about, for a file that lies outside this checkout (a copy, a link). */
const KNOWN_PLACE =
  /^.*\/((?:src|cli|tests|scripts|bench|examples)\/.*|(?:mod|client|client_grpc)\.ts)$/;

/** `/any/where/src/base/clock.ts` → `src/base/clock.ts`; a relative name stays as it is. */
export function projectPath(filename: string): string {
  const path = filename.startsWith("file:") ? toPath(new URL(filename)) : filename;
  if (path.startsWith(ROOT)) return path.slice(ROOT.length);
  if (!path.startsWith("/")) return path.replace(/^\.\//, "");
  return KNOWN_PLACE.exec(path)?.[1] ?? path;
}

/** Tests may import anything and do any I/O, wherever they stand. */
export function isTestFile(path: string): boolean {
  return /_test\.tsx?$/.test(path);
}

function toPath(url: URL): string {
  return decodeURIComponent(url.pathname);
}

/** Why a module cannot be imported, in Deno's own words. */

const MASKED = "Loading unprepared module";
const TIMEOUT_MS = 5_000;

/** Imports in a place without hooks, and tells what came of it. */
const PROBE = `self.onmessage = ({ data }) =>
  import(data).then(() => self.postMessage(""), (error) => self.postMessage(String(error)));`;

/**
 * With import hooks, Deno 2.8 says no more than "Loading unprepared module" for a syntax
 * error or a missing import. A worker has no hooks: there it names file, line and reason.
 * Undefined when the fault is no such one, or shows itself only here.
 */
export async function importFault(url: string, thrown: unknown): Promise<string | undefined> {
  if (!String(thrown).includes(MASKED)) return undefined;
  const source = `data:text/javascript,${encodeURIComponent(PROBE)}`;
  const worker = new Worker(source, { type: "module" });
  const answer = Promise.withResolvers<string>();
  worker.onmessage = ({ data }) => answer.resolve(data);
  const timer = setTimeout(() => answer.resolve(""), TIMEOUT_MS);
  try {
    worker.postMessage(url);
    const text = await answer.promise;
    return text === "" ? undefined : inOneLine(text);
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}

/** What is wrong and where, without the lines of code that Deno shows between. */
function inOneLine(text: string): string {
  const [what] = text.replace(/^TypeError: /, "").split("\n");
  const where = /\n\s+at (file:\S+)/.exec(text)?.[1];
  return where === undefined || what!.includes(where) ? what! : `${what} at ${where}`;
}

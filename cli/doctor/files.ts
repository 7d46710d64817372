/** Whether a server may write where it must, and others may not read what is its own. */
import { dirname, resolve } from "node:path";
import { describeThrown } from "../../src/base/errors.ts";
import { usualStateUrl } from "../../src/config/state_config.ts";
import { type Check, failed, type Finding, ok, warning } from "./check.ts";

const OF_OTHERS = 0o007;

export const checkFiles: Check = async ({ config }) => {
  const state = config.state.url ?? usualStateUrl((name) => Deno.env.get(name));
  const written = [
    ...state?.startsWith("sqlite:") ? [state.slice("sqlite:".length)] : [],
    ...config.audit.sinks.flatMap((sink) => sink.kind === "file" ? [sink.path] : []),
  ];
  const folders = [...new Set(written.map((file) => dirname(resolve(file))))];
  const findings: Finding[] = [
    ...await Promise.all(folders.map(writable)),
    ...await Promise.all(written.map(closedToOthers)),
  ].filter((each) => each !== undefined);
  if (config.root !== undefined) findings.push(await folder(config.root));
  if (Deno.uid() === 0) findings.push(warning("this is root: a server needs no rights of its"));
  return findings.length > 0 ? findings : [ok("nothing is written")];
};

/** Tried, since modes alone do not tell: a file system may be read-only, or full. */
async function writable(path: string): Promise<Finding> {
  const probe = `${path}/.gomcp-doctor-${crypto.randomUUID()}`;
  try {
    await Deno.writeTextFile(probe, "x", { createNew: true, mode: 0o600 });
    await Deno.remove(probe);
    return ok(`${path} can be written`);
  } catch (error) {
    return failed(`${path} cannot be written: ${describeThrown(error)}`);
  }
}

/** What is not there yet is made as it must be. */
async function closedToOthers(file: string): Promise<Finding | undefined> {
  const { mode } = await Deno.stat(file).catch(() => ({ mode: null }));
  if (mode === null || (mode & OF_OTHERS) === 0) return undefined;
  return warning(`${file} is open to everybody (mode ${(mode & 0o777).toString(8)})`);
}

async function folder(path: string): Promise<Finding> {
  const isFolder = await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
  return isFolder ? ok(`--root ${path}`) : failed(`--root ${path} is no folder`);
}

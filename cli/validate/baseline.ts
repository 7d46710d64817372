/** The definitions that targets are compared with: of a file, or of the targets at a commit. */
import { isAbsolute, join, resolve } from "node:path";
import { GomcpError } from "../../src/base/errors.ts";
import type { Pins } from "../../src/validate/rule.ts";
import type { ToolServer } from "../../src/validate/tool_server.ts";
import type { ValidateFlags } from "./options.ts";
import { baselinePins } from "./pins.ts";
import { type ReadTargets, readTargets, type Targets } from "./read_targets.ts";

/**
 * Reads them. What a commit has not yet, or had broken, is no reason to refuse what adds or mends
 * it: `notes` says that it is compared with nothing.
 *
 * @throws {GomcpError} `invalid_request` for a baseline that cannot be read, or compared with.
 */
export async function readBaseline(
  baseline: string,
  targets: Targets,
  flags: ValidateFlags,
  notes: string[],
): Promise<Pins> {
  const read = async (words: readonly string[]): Promise<ReadTargets> => {
    const targets = await readTargets({ words, commands: [], builtin: false }, flags);
    if (targets.failures.length === 0) return targets;
    throw cannotRead(baseline, targets.failures[0]!);
  };
  const ofFile = async (file: string): Promise<readonly ToolServer[]> => {
    const { servers, found } = await read([file]);
    if (found.length === 0) return servers;
    throw cannotRead(baseline, found[0]!.message);
  };
  const atCommit = async (folder: string): Promise<readonly ToolServer[]> => {
    const words: string[] = [];
    for (const word of targets.words) {
      const path = pathAt(folder, word);
      if (await exists(path)) words.push(path);
      else notes.push(`${word} is not in ${baseline}, so it is compared with nothing`);
    }
    const { servers, found } = await read(words);
    for (const { message, place } of found) {
      const file = (place?.file ?? "").slice(join(folder, "/").length);
      notes.push(`${file} of ${baseline} is compared with nothing: ${message}`);
    }
    return servers;
  };
  if (baseline.startsWith("git:")) refuseWithoutFiles(targets);
  return await baselinePins(baseline, ofFile, atCommit);
}

function cannotRead(baseline: string, why: string): GomcpError {
  return new GomcpError("invalid_request", `Cannot read the baseline ${baseline}: ${why}`);
}

/** Programs are not in a commit: what they said then, nobody knows. */
function refuseWithoutFiles({ commands, builtin }: Targets): void {
  const what = builtin ? "--builtin" : commands.length > 0 ? "--command" : undefined;
  if (what === undefined) return;
  const text = `Cannot compare ${what} with a commit: only files have an earlier state; ` +
    "record the answer to tools/list in a file, and name that as the baseline";
  throw new GomcpError("invalid_request", text);
}

function pathAt(folder: string, word: string): string {
  if (/^https?:\/\//.test(word)) {
    const text = `Cannot compare ${word} with a commit: only files have an earlier state`;
    throw new GomcpError("invalid_request", text);
  }
  const isWithin = !isAbsolute(word) && !resolve(word).includes("..");
  if (isWithin) return join(folder, word);
  throw new GomcpError(
    "invalid_request",
    `Cannot compare ${word} with a commit: name it from here`,
  );
}

function exists(path: string): Promise<boolean> {
  return Deno.lstat(path).then(() => true, () => false);
}

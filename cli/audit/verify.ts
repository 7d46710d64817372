/** `gomcp audit verify`: whether a log is as it was written. */
import { GomcpError } from "../../src/base/errors.ts";
import type { Flag } from "../../src/config/flags.ts";
import { type Finding, readPublicKey, type Verdict, Verifier } from "../../src/runtime/audit.ts";
import { logOfName } from "../../src/stores/audit/file_names.ts";
import { filesByLog, verifyFiles } from "../../src/stores/audit/verify_files.ts";
import { filesOf, HELP_FLAG, JSON_FLAG, printHelp, readAuditArgs, ROTATED_FLAG } from "./args.ts";
import { openLog, readText } from "./open_log.ts";
import { printable } from "./print.ts";

const USAGE = "gomcp audit verify [FLAGS] FILE...";
const FLAGS: readonly Flag[] = [
  {
    name: "public-key",
    kind: "text",
    value: "FILE",
    help: "the key that must have signed every seal (Ed25519, PEM)",
  },
  {
    name: "head",
    kind: "text",
    value: "HASH",
    help: "a head that was told before, and must be in the log still",
  },
  ROTATED_FLAG,
  { ...JSON_FLAG, help: "one JSON object" },
  HELP_FLAG,
];
const WHAT = `Checks the hash chain, the seals and the numbers of records, and names what is
altered, missing, reordered, inserted or cut off. Exit status 1 when anything is.
The files of one log are put in order by what they hold; those of several processes
are logs of their own.`;
const EXAMPLE = "gomcp audit verify --rotated --public-key=audit.pub.pem audit.jsonl";

export async function run(args: readonly string[]): Promise<number> {
  const all = readAuditArgs(FLAGS, args);
  const { values } = all;
  if (values.help === true) return printHelp(USAGE, WHAT, FLAGS, EXAMPLE);
  const keyFile = values["public-key"] as string | undefined;
  const head = values.head as string | undefined;
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head)) {
    const text = `Cannot read --head: it is "${head}", expected 64 hex digits`;
    throw new GomcpError("invalid_request", text);
  }
  const publicKey = keyFile === undefined ? undefined : readPublicKey(await readText(keyFile));
  const files = await filesOf(all, USAGE);
  const logs = await filesByLog(files, openLog);
  if (head !== undefined && logs.length > 1) {
    const text = `Cannot look for --head: the files are of ${logs.length} logs, expected one`;
    throw new GomcpError("invalid_request", text);
  }
  const verdicts: LogVerdict[] = [];
  for (const paths of logs) {
    const verdict = await verifyFiles(new Verifier({ publicKey, head }), paths, openLog);
    verdicts.push({ log: logOfName(paths[0]!), ...verdict });
  }
  const ok = verdicts.every((verdict) => verdict.ok);
  if (values.json === true) console.log(JSON.stringify(jsonOf(verdicts, ok)));
  else console.log(verdicts.map((each) => textOf(each, verdicts.length > 1)).join("\n"));
  return ok ? 0 : 1;
}

interface LogVerdict extends Verdict {
  readonly log: string;
}

function jsonOf(verdicts: readonly LogVerdict[], ok: boolean): unknown {
  return verdicts.length === 1 ? verdicts[0] : { ok, logs: verdicts };
}

function textOf(verdict: LogVerdict, isOneOfSeveral: boolean): string {
  return (isOneOfSeveral ? `log ${printable(verdict.log)}\n` : "") + verdictText(verdict);
}

function verdictText(verdict: Verdict): string {
  const { records, segments, head, sealed, keys, unfinished, findings, more, ok } = verdict;
  const lines = findings.map(findingText);
  if (more > 0) lines.push(`and ${more} more`);
  if (unfinished > 0) lines.push(`note: ${unfinished} calls came in and have no end on record`);
  const signed = keys.length > 0 ? `, signed by ${keys.join(", ")}` : "";
  lines.push(
    `${ok ? "ok" : "NOT OK"}: ${records} records in ${segments} segment${
      segments === 1 ? "" : "s"
    }${signed}`,
  );
  if (head !== undefined) lines.push(`head: ${head}${sealed ? "" : " (not sealed)"}`);
  return lines.join("\n");
}

function findingText({ kind, file, line, text }: Finding): string {
  const where = file === undefined ? "" : ` ${file}${line === undefined ? "" : `:${line}`}:`;
  return printable(`${kind}:${where} ${text}`);
}

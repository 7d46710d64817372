/** `gomcp audit hash`: what stands in a log for a value, so that it can be searched for. */
import { GomcpError } from "../../src/base/errors.ts";
import type { Flag } from "../../src/config/flags.ts";
import { canonicalJson, TenantKeys } from "../../src/runtime/audit.ts";
import { parseAuditKey, readAuditKey, readKeyBeside } from "../../src/stores/audit/key_file.ts";
import { HELP_FLAG, printHelp, readAuditArgs } from "./args.ts";

const USAGE = "gomcp audit hash [FLAGS] VALUE";
const FLAGS: readonly Flag[] = [
  { name: "tenant", kind: "text", value: "NAME", default: "default", help: "whose value it is" },
  {
    name: "key-file",
    kind: "text",
    value: "FILE",
    help: "the log's key [GOMCP_AUDIT_KEY, or GOMCP_AUDIT_FILE with .key]",
  },
  {
    name: "args",
    kind: "switch",
    help: "VALUE is JSON, hashed as argHash and resultHash are: keys in any order",
  },
  HELP_FLAG,
];
const WHAT = `Prints the keyed hash that stands in an audit log for VALUE (a redacted text, or with
--args whole arguments). A VALUE of "-" is read from stdin: what is in the arguments of a
command, others on the machine may see.`;
const EXAMPLE = "gomcp audit hash --tenant=acme --key-file=audit.jsonl.key - < secret.txt";

export async function run(args: readonly string[]): Promise<number> {
  const { values, files } = readAuditArgs(FLAGS, args);
  if (values.help === true) return printHelp(USAGE, WHAT, FLAGS, EXAMPLE);
  const [said, ...more] = files;
  if (said === undefined || more.length > 0) {
    throw new GomcpError("invalid_request", `Cannot hash: expected one value, ${USAGE}`);
  }
  const keys = new TenantKeys(await openKey(values["key-file"] as string | undefined));
  const value = said === "-" ? await readStdin() : said;
  console.log(keys.hash(values.tenant as string, values.args === true ? canonical(value) : value));
  return 0;
}

/** The key of a log: of the file, of the environment, or beside the log that is named there. */
export async function openKey(keyFile: string | undefined, log?: string): Promise<Uint8Array> {
  if (keyFile !== undefined) return await readAuditKey(keyFile);
  const said = Deno.env.get("GOMCP_AUDIT_KEY");
  if (said) return parseAuditKey(said, "GOMCP_AUDIT_KEY");
  const path = log ?? Deno.env.get("GOMCP_AUDIT_FILE");
  if (path) return await readKeyBeside(path);
  throw new GomcpError("invalid_request", "Cannot hash: there is no key, expected --key-file=FILE");
}

function canonical(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const what = "Cannot hash: the value is no JSON, as --args expects it";
    throw new GomcpError("invalid_request", what, { cause });
  }
  const canonicalText = canonicalJson(value);
  if (canonicalText !== undefined) return canonicalText;
  const what = "Cannot hash: the value is nested too deep, and so deep none is hashed in the log";
  throw new GomcpError("invalid_request", what);
}

/** Without the newline that `echo` adds. */
async function readStdin(): Promise<string> {
  return (await new Response(Deno.stdin.readable).text()).replace(/\r?\n$/, "");
}

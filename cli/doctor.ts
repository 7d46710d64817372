/** `gomcp doctor`: whether a server would come up and go well here, before it does. */
import { describeThrown } from "../src/base/errors.ts";
import { readFlags } from "../src/config/flags.ts";
import { SERVE_FLAGS } from "../src/config/serve_flags.ts";
import { type Check, failed, type Finding, type Patient } from "./doctor/check.ts";
import { checkClock } from "./doctor/clock.ts";
import { checkFiles } from "./doctor/files.ts";
import { checkKeys } from "./doctor/keys.ts";
import { checkMachine } from "./doctor/machine.ts";
import { checkModules } from "./doctor/modules.ts";
import { checkPorts } from "./doctor/ports.ts";
import { checkState } from "./doctor/state.ts";
import { type CommandHelp, flagsOf } from "./help.ts";
import { loadConfig } from "./load_config.ts";

const CHECKS: Readonly<Record<string, Check>> = {
  // Before the state, which is written when it is opened.
  clock: checkClock,
  port: checkPorts,
  state: checkState,
  keys: checkKeys,
  permissions: checkFiles,
  modules: checkModules,
  machine: checkMachine,
};

export const help: CommandHelp = {
  usage: ["gomcp doctor [--strict] [--json] [FLAGS]"],
  what: `Looks at what gomcp serve would need with the same FLAGS, environment and file: the
configuration, ports, the state, keys and certificates, the clock, permissions, modules and
upstreams, the machine. Nothing is served; the folder of the state is made if it is not there.
Exit status 1 when something has failed; with --strict also for a warning.`,
  flags: [
    { name: "strict", kind: "switch", flagOnly: true, help: "takes warnings for failures" },
    { name: "json", kind: "switch", flagOnly: true, help: "one JSON object" },
  ],
  takesServeFlags: true,
  examples: [
    "gomcp doctor",
    "gomcp doctor --strict --addr=:8080 --require-key --tls-cert=tls.crt --tls-key=tls.key",
  ],
};

interface Told extends Finding {
  readonly check: string;
}

export async function run(args: readonly string[]): Promise<number> {
  const isOurs = (arg: string) => /^--?(strict|json)(=|$)/.test(arg);
  const values = readFlags(flagsOf(help), args, () => undefined);
  const all = await examine(args.filter((arg) => !isOurs(arg)));
  const bad = all.filter(({ level }) =>
    level === "failed" || (level === "warning" && values.strict === true)
  );
  if (values.json === true) {
    console.log(JSON.stringify({ ok: bad.length === 0, findings: all }));
  } else console.log(all.map(line).join("\n"));
  return bad.length === 0 ? 0 : 1;
}

async function examine(args: readonly string[]): Promise<readonly Told[]> {
  let patient: Patient;
  try {
    const loaded = loadConfig(args, (name) => Deno.env.get(name));
    patient = { loaded, config: loaded.serve() };
  } catch (error) {
    return [{ check: "configuration", ...failed(describeThrown(error)) }];
  }
  const { file } = patient.loaded;
  const read = `${file ?? "no file"}, ${SERVE_FLAGS.length} settings`;
  const all: Told[] = [{ check: "configuration", level: "ok", detail: read }];
  for (const [check, look] of Object.entries(CHECKS)) {
    const findings = await look(patient).catch((error) => [failed(describeThrown(error))]);
    all.push(...findings.map((finding) => ({ check, ...finding })));
  }
  return all;
}

function line({ check, level, detail }: Told): string {
  return `${level.padEnd(8)} ${check.padEnd(14)} ${detail}`;
}

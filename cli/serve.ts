/** `gomcp serve`: reads the flags; the rest is loaded once these are good. */
import { systemClock } from "../src/base/clock.ts";
import { createLogger } from "../src/base/log.ts";
import { envName, flagHelp, originOf, readFlags } from "../src/config/flags.ts";
import { readServeConfig, SERVE_FLAGS, servesStdio } from "../src/config/serve_config.ts";
import { restartOnce } from "./restart.ts";
import { StderrSink } from "./stderr_sink.ts";

const LOG_FLUSH_MS = 1_000;

export async function run(args: readonly string[]): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  const values = readFlags(SERVE_FLAGS, args, env);
  if (values.help === true) {
    console.log(helpText());
    return 0;
  }
  const config = readServeConfig(values, originOf(SERVE_FLAGS, args, env));
  const kept = restartOnce(servesStdio(config.mode));
  const sink = new StderrSink();
  const log = createLogger({
    level: config.logLevel,
    format: config.logFormat,
    clock: systemClock,
    write: sink.write,
  });
  try {
    const { runServer } = await import("./run_server.ts");
    await runServer(config, log, kept);
  } finally {
    await sink.flush(LOG_FLUSH_MS);
  }
  return 0;
}

function helpText(): string {
  return `Usage: gomcp serve [FLAGS]

Serves tools until SIGTERM or SIGINT (the second one ends it at once); with
--mode=stdio until the end of its input.

${flagHelp(SERVE_FLAGS)}

Every flag but --allow-…, --tenant-…, --tls-tenant, --isolation, --permit and --state-failure can be set in the environment: ${
    envName(SERVE_FLAGS.find(({ name }) => name === "addr")!)
  } for --addr.`;
}

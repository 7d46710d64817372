/** `gomcp serve`: reads the flags; the rest is loaded once these are good. */
import { systemClock } from "../src/base/clock.ts";
import { createLogger } from "../src/base/log.ts";
import { envName, flagHelp, readFlags } from "../src/config/flags.ts";
import { SERVE_FLAGS, servesStdio } from "../src/config/serve_config.ts";
import { restartOnce } from "./restart.ts";
import { StderrSink } from "./stderr_sink.ts";

const LOG_FLUSH_MS = 1_000;

export async function run(args: readonly string[]): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  if (readFlags(SERVE_FLAGS, args, env).help === true) {
    console.log(helpText());
    return 0;
  }
  // What reads files of configuration is loaded only now.
  const { loadConfig, upstreamsOf } = await import("./load_config.ts");
  const loaded = loadConfig(args, env);
  const config = loaded.serve();
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
    if (loaded.file !== undefined) log.info("configured", { file: loaded.file });
    await runServer(config, upstreamsOf(loaded, args, log), log, kept);
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

/** `gomcp serve`: reads the flags; the rest is loaded once these are good. */
import { systemClock } from "../src/base/clock.ts";
import { createLogger } from "../src/base/log.ts";
import { readFlags } from "../src/config/flags.ts";
import { servesStdio } from "../src/config/serve_config.ts";
import { SERVE_FLAGS } from "../src/config/serve_flags.ts";
import type { CommandHelp } from "./help.ts";
import { restartOnce } from "./restart.ts";
import { StderrSink } from "./stderr_sink.ts";

const LOG_FLUSH_MS = 1_000;

export const help: CommandHelp = {
  usage: ["gomcp serve [FLAGS]"],
  what: `Serves tools until SIGTERM or SIGINT (the second one ends it at once); with
--mode=stdio until the end of its input.`,
  flags: SERVE_FLAGS,
  examples: [
    "gomcp serve --tools=tools",
    "gomcp serve --mode=stdio --tools=tools/greet.ts",
    "gomcp serve --mode=all --grpc-addr=127.0.0.1:50051 --watch --tools=tools",
    "gomcp serve --addr=:8080 --require-key --audit-file=audit.jsonl --rate-limit=api=100/s,per=tenant",
  ],
  note:
    `Every flag but --allow-…, --tenant-…, --tls-tenant, --isolation, --permit and --state-failure
can be set in the environment: GOMCP_ADDR for --addr.`,
};

export async function run(args: readonly string[]): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  // What cannot be read is told before anything is loaded.
  readFlags(SERVE_FLAGS, args, env);
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

/** `gomcp config`: what a configuration may say, whether one is right, and what it comes to. */
import { GomcpError } from "../src/base/errors.ts";

const HELP = `Usage: gomcp config schema
       gomcp config check [FLAGS]
       gomcp config show [--origin] [--json] [FLAGS]

schema   the JSON Schema of gomcp.json
check    reads the configuration and provisions everything as gomcp serve would:
         modules, upstreams, policies, stores; it binds nothing and serves nobody
show     what holds, of flags, environment, file and defaults; secrets are masked;
         with --origin, where each value comes from

FLAGS are those of gomcp serve, --config=FILE among them.`;

export async function run([action = "--help", ...args]: readonly string[]): Promise<number> {
  switch (action) {
    case "schema": {
      const { schemaText } = await import("./config/schema_text.ts");
      console.log(schemaText());
      return 0;
    }
    case "check":
      return await (await import("./config/check.ts")).check(args);
    case "show":
      return (await import("./config/show.ts")).show(args);
    case "--help":
    case "-h":
    case "help":
      console.log(HELP);
      return 0;
  }
  const text = `Cannot run "gomcp config ${action}": expected schema, check or show`;
  throw new GomcpError("invalid_request", text);
}

/**
 * Starts servers and writes down what they answer to `tools/list`:
 * `deno run -A tests/servers/record.ts [NAME…]`, in a folder where npx may find or put packages.
 */
import { readLive } from "../../cli/validate/live_tools.ts";
import { upstreamConfig } from "../../src/config/upstream_config.ts";
import { type KnownServer, SERVERS } from "./servers.ts";

const TIMEOUT_MS = 120_000;
const FOLDER = new URL("./recorded/", import.meta.url);

async function record(server: KnownServer): Promise<number> {
  const { name, package: source, version, args = [], env = {} } = server;
  const command = ["npx", "-y", `${source}@${version}`, ...args];
  const tools = await readLive(upstreamConfig({ name, command, env }), TIMEOUT_MS);
  const head = JSON.stringify({ package: source, version, args }).slice(0, -1);
  const lines = tools.map(({ definition }) => JSON.stringify(definition)).join(",\n");
  await Deno.writeTextFile(new URL(`${name}.json`, FOLDER), `${head},"tools":[\n${lines}\n]}\n`);
  return tools.length;
}

if (import.meta.main) {
  for (const server of SERVERS) {
    if (Deno.args.length > 0 && !Deno.args.includes(server.name)) continue;
    try {
      console.log(`${server.name}: ${await record(server)} tools`);
    } catch (error) {
      console.log(`${server.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  Deno.exit();
}

/** A configuration file with what it can refer to: the environment, and files with secrets. */
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import type { ConfigSource } from "../src/config/file/read_config.ts";

/** @throws {GomcpError} `invalid_request` naming the file. */
export function configSource(
  file: string,
  env: ConfigSource["env"] = (name) => Deno.env.get(name),
): ConfigSource {
  return { file, text: readText(file), env, readFile: readText };
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    const isMissing = cause instanceof Deno.errors.NotFound;
    const why = isMissing ? "there is no such path" : describeThrown(cause);
    throw new GomcpError("invalid_request", `Cannot read ${path}: ${why}`, { cause });
  }
}

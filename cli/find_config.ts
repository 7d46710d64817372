/** The configuration file of the working directory. */
import { GomcpError } from "../src/base/errors.ts";

/** The names under which one is found. */
export const CONFIG_NAMES: readonly string[] = [
  "gomcp.json",
  "gomcp.jsonc",
  "gomcp.yaml",
  "gomcp.yml",
];

/**
 * Undefined where there is none.
 *
 * @throws {GomcpError} `invalid_request` where there are several.
 */
export function findConfig(): string | undefined {
  const found = CONFIG_NAMES.filter((name) => {
    try {
      return Deno.statSync(name).isFile;
    } catch {
      return false;
    }
  });
  if (found.length <= 1) return found[0];
  const text = `Cannot choose a configuration: there are ${
    found.join(" and ")
  }; name one by --config`;
  throw new GomcpError("invalid_request", text);
}

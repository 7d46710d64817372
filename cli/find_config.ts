/** The configuration file of the working directory. */
import { GomcpError } from "../src/base/errors.ts";

/** The names under which a file is found. */
const NAMES = ["gomcp.json", "gomcp.jsonc", "gomcp.yaml", "gomcp.yml"];

/** @throws {GomcpError} `invalid_request` for several: nobody can tell which is meant. */
export function findFile(): string | undefined {
  const found = NAMES.filter((name) => {
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

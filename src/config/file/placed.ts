/** An upstream with where it stands in its file. */
import type { UpstreamConfig } from "../upstream_config.ts";
import type { Places } from "./config_problems.ts";
import type { PlacedUpstream } from "./config_source.ts";
import type { Path } from "./read_text.ts";

export function placed(places: Places, config: UpstreamConfig, path: Path): PlacedUpstream {
  return { config, place: places.of(path), line: places.line(path) };
}

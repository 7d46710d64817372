/** The ways to an upstream, by where it is. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { openHttp } from "../../stores/upstreams/http_transport.ts";
import { openApi } from "../../stores/upstreams/openapi_transport.ts";
import { openSse } from "../../stores/upstreams/sse_transport.ts";
import type { UpstreamSettings } from "../../upstreams/settings.ts";
import type { OpenTransport } from "../../upstreams/transport.ts";
import { openProcess } from "./open_process.ts";

export function waysTo(
  clock: Clock,
  log: Logger,
): (settings: UpstreamSettings) => readonly OpenTransport[] {
  return (settings) => {
    const { target } = settings;
    if (target.kind === "command") return [openProcess(settings, target, clock, log)];
    if (target.kind === "openapi") return [openApi(settings.name, target, log)];
    const ways = { http: [openHttp], sse: [openSse], auto: [openHttp, openSse] }[target.transport];
    return ways.map((open) => open(target));
  };
}

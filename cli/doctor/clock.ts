/** Whether the clock can be right: expiry, quotas' periods and the order of records hang on it. */
import { usualStateUrl } from "../../src/config/state_config.ts";
import { type Check, failed, type Finding, ok, warning } from "./check.ts";

/** Clocks of machines that are kept in time differ by less. */
const TOLERANCE_MS = 5_000;
/** No version of this program was started before. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);
const ASK_MS = 5_000;

export const checkClock: Check = async ({ config }) => {
  const now = Date.now();
  const shown = new Date(now).toISOString();
  if (now < EARLIEST_MS) return [failed(`it says ${shown}, which is in the past`)];
  const state = config.state.url ?? usualStateUrl((name) => Deno.env.get(name));
  const files = [
    ...state?.startsWith("sqlite:") ? [state.slice("sqlite:".length)] : [],
    ...config.audit.sinks.flatMap((sink) => sink.kind === "file" ? [sink.path] : []),
  ];
  const findings = await Promise.all(files.map((file) => notInFuture(file, now)));
  const issuer = config.oauth && await issuersTime(config.oauth.jwt.issuer);
  const all = [...findings, issuer].filter((each): each is Finding => each !== undefined);
  return all.length > 0 ? all : [ok(`it says ${shown}`)];
};

/** What was written later than now shows that the clock was put back. */
async function notInFuture(file: string, now: number): Promise<Finding | undefined> {
  const written = (await Deno.stat(file).catch(() => undefined))?.mtime?.getTime() ?? 0;
  if (written <= now + TOLERANCE_MS) return undefined;
  return failed(`${file} was written ${Math.round((written - now) / 1000)} s in the future`);
}

/** Tokens are refused when our clock and the issuer's differ by more than a leeway. */
async function issuersTime(issuer: string): Promise<Finding> {
  try {
    const response = await fetch(issuer, { method: "HEAD", signal: AbortSignal.timeout(ASK_MS) });
    await response.body?.cancel();
    const date = Date.parse(response.headers.get("date") ?? "");
    if (Number.isNaN(date)) return warning(`${issuer} does not tell its time`);
    const apart = Math.abs(Date.now() - date);
    // Its header has whole seconds.
    const text = `it differs from ${issuer} by ${Math.round(apart / 1000)} s`;
    return apart > TOLERANCE_MS + 1_000 ? failed(text) : ok(text);
  } catch {
    return warning(`${issuer} cannot be asked for its time`);
  }
}

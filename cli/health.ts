/** `gomcp health`: whether a server lives, for HEALTHCHECK and scripts; it needs no other program. */
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import { parseDuration } from "../src/base/duration.ts";
import { parseAddress } from "../src/config/address.ts";
import { type Flag, type FlagValues, readFlags } from "../src/config/flags.ts";
import { EXIT_UNREACHABLE } from "./admin/find_server.ts";
import type { CommandHelp } from "./help.ts";
import { fetchBy, readClientTls, TLS_FLAGS } from "./tools/client_tls.ts";
import { USUAL_URL } from "./tools/target.ts";

const EXIT_ILL = 1;
const FLAGS: readonly Flag[] = [
  {
    name: "url",
    kind: "text",
    value: "URL",
    help: `the server [of GOMCP_ADDR, by https where GOMCP_TLS_CERT is set; else ${USUAL_URL}]`,
  },
  { name: "ready", kind: "switch", help: "asks whether it takes calls, not only whether it lives" },
  { name: "timeout", kind: "text", value: "TIME", default: "5s", help: "how long it may take" },
  ...TLS_FLAGS.filter(({ name }) => /^tls-(ca|cert|key)$/.test(name)),
  { name: "quiet", kind: "switch", help: "prints nothing" },
];

export const help: CommandHelp = {
  usage: ["gomcp health [FLAGS]"],
  what:
    `Asks a server that serves HTTP for /healthz, with --ready for /readyz. Exit status 0 when it is
well, 1 when it answers that it is not, 4 when nobody answers in time.`,
  flags: FLAGS,
  examples: ["gomcp health", "gomcp health --ready --url=http://127.0.0.1:8080 --timeout=2s"],
};

export async function run(args: readonly string[]): Promise<number> {
  const values = readFlags(FLAGS, args, () => undefined);
  const url = addressOf(values);
  const say = (text: string) => values.quiet === true ? undefined : console.log(text);
  const tls = await readClientTls({ ...values, tls: url.protocol === "https:" });
  const by = tls && fetchBy(tls);
  try {
    const signal = AbortSignal.timeout(parseDuration(values.timeout as string));
    const response = await (by?.fetch ?? fetch)(url.href, { signal });
    const text = (await response.text()).trim();
    say(`${response.ok ? "ok" : "not ok"}: ${url} answers ${response.status} ${text}`);
    return response.ok ? 0 : EXIT_ILL;
  } catch (error) {
    say(`not ok: ${url} does not answer: ${describeThrown(error)}`);
    return EXIT_UNREACHABLE;
  } finally {
    by?.close();
  }
}

/** Where the server of the same environment listens; "any address" is asked on loopback. */
function addressOf(values: FlagValues): URL {
  const path = values.ready === true ? "/readyz" : "/healthz";
  const said = values.url as string | undefined;
  if (said !== undefined) {
    const url = URL.parse(path, said);
    if (url !== null && /^https?:$/.test(url.protocol)) return url;
    const text = `Cannot read --url: it is "${said}", expected http://HOST:PORT or https://…`;
    throw new GomcpError("invalid_request", text);
  }
  const address = Deno.env.get("GOMCP_ADDR");
  if (!address) return new URL(path, USUAL_URL);
  const { hostname, port } = parseAddress(address, "GOMCP_ADDR");
  const host = hostname === "0.0.0.0" ? "127.0.0.1" : hostname === "[::]" ? "[::1]" : hostname;
  const scheme = Deno.env.get("GOMCP_TLS_CERT") ? "https" : "http";
  return new URL(path, `${scheme}://${host}:${port}`);
}

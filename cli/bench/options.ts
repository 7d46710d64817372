/** What `gomcp bench` can be told, and what it comes to. */
import { parseDuration } from "../../src/base/duration.ts";
import { GomcpError } from "../../src/base/errors.ts";
import { isRecord } from "../../src/base/json.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { nearest } from "../../src/base/nearest.ts";
import { parseSize } from "../../src/base/size.ts";
import { type Assertion, parseAssertions } from "../../src/bench/report/assertions.ts";
import type { Flag, FlagValues } from "../../src/config/flags.ts";
import { TLS_FLAGS } from "../tools/client_tls.ts";
import { IN_PROCESS } from "./in_process.ts";
import { type Protection, PROTECTIONS } from "./subject.ts";

export const BENCH_FLAGS: readonly Flag[] = [
  {
    name: "url",
    kind: "text",
    value: "URL",
    help: "a server over HTTP; with rest, of its REST API",
  },
  { name: "grpc", kind: "text", value: "HOST:PORT", help: "a gomcp server, by gRPC" },
  { name: "command", kind: "text", value: "LINE", help: "starts a server over stdio" },
  {
    name: "pid",
    kind: "text",
    value: "N",
    help: "the process whose CPU and memory are the server's",
  },
  {
    name: "protocol",
    kind: "text",
    value: "ERA",
    help: "auto (modern first), modern, legacy, or both [auto; both of our own servers]",
  },
  { name: "tool", kind: "text", value: "NAME", help: "the tool that is called [echo]" },
  {
    name: "args",
    kind: "text",
    value: "JSON",
    help: "its arguments; $n in texts is the number of the call, $payload the text [one text]",
  },
  {
    name: "payload",
    kind: "list",
    value: "SIZE",
    help: "characters of the text, such as 200 or 64KiB; may be repeated",
  },
  {
    name: "concurrency",
    kind: "text",
    value: "N",
    help:
      "calls that are open at once [1 in process, 32 over HTTP and REST, 64 over stdio and gRPC]",
  },
  {
    name: "rate",
    kind: "text",
    value: "N",
    help: "calls a second, made whether or not those before were answered (open loop)",
  },
  { name: "duration", kind: "text", value: "TIME", default: "10s", help: "of a run" },
  { name: "warmup", kind: "text", value: "TIME", default: "2s", help: "before it; does not count" },
  { name: "repeat", kind: "text", value: "N", help: "runs of each row [1; 3 with --compare]" },
  {
    name: "timeout",
    kind: "text",
    value: "TIME",
    default: "30s",
    help: "how long a call may take",
  },
  {
    name: "without",
    kind: "list",
    value: "NAMES",
    help: `switches off, to see what it costs: ${PROTECTIONS.join(", ")} (not of servers you name)`,
  },
  { name: "assert", kind: "list", value: "LIST", help: 'such as "p99<5ms,rps>100000,errors=0"' },
  { name: "compare", kind: "text", value: "FILE", help: "says what has changed since that report" },
  { name: "save", kind: "text", value: "FILE", help: "writes the report as JSON there" },
  { name: "html", kind: "text", value: "FILE", help: "writes the report as a page there" },
  { name: "json", kind: "switch", help: "prints the report as JSON" },
  { name: "quiet", kind: "switch", help: "shows no progress" },
  ...TLS_FLAGS,
  {
    name: "token-file",
    kind: "text",
    value: "FILE",
    help: "what the server knows us by [GOMCP_API_KEY]",
  },
];

/** Ways into a server in a process of its own. */
export const REMOTE = ["stdio", "http", "rest", "grpc"] as const;
export type RemoteLayer = (typeof REMOTE)[number];
export type Layer = (typeof IN_PROCESS)[number] | RemoteLayer;

export interface BenchOptions {
  readonly layers: readonly Layer[];
  readonly protocols: readonly ("auto" | "modern" | "legacy")[] | undefined;
  readonly tool: string | undefined;
  readonly template: Readonly<Record<string, unknown>> | undefined;
  /** Undefined for the usual text. */
  readonly payloads: readonly (number | undefined)[];
  readonly concurrency: number | undefined;
  readonly ratePerSec: number | undefined;
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  readonly repeat: number;
  readonly pid: number | undefined;
  readonly without: readonly Protection[];
  readonly assertions: readonly Assertion[];
}

/** Calls that are open at once: connections, timers, texts. */
const CONCURRENCY_MAX = 20_000;
const RATE_MAX = 10_000_000;
const REPEAT_MAX = 100;
const DURATION_MS_MAX = 24 * 3_600_000;

/** @throws {GomcpError} `invalid_request` naming the word or the flag and what it takes. */
export function readBenchOptions(words: readonly string[], values: FlagValues): BenchOptions {
  const text = (name: string) => values[name] as string | undefined;
  const list = (name: string) =>
    (values[name] as readonly string[]).flatMap((each) => each.split(","));
  const repeat = text("compare") === undefined ? 1 : 3;
  const payloads = list("payload").map((size) => readPayload(size));
  return {
    layers: readLayers(words, values),
    protocols: readProtocols(text("protocol")),
    tool: text("tool"),
    template: readTemplate(text("args")),
    payloads: payloads.length === 0 ? [undefined] : payloads,
    concurrency: readNumber(values, "concurrency", CONCURRENCY_MAX),
    ratePerSec: readNumber(values, "rate", RATE_MAX),
    durationMs: readTime(values, "duration", 1),
    warmupMs: readTime(values, "warmup", 0),
    timeoutMs: readTime(values, "timeout", 1),
    repeat: readNumber(values, "repeat", REPEAT_MAX) ?? repeat,
    pid: readNumber(values, "pid", Number.MAX_SAFE_INTEGER),
    without: list("without").map(readProtection),
    assertions: (values.assert as readonly string[]).flatMap(parseAssertions),
  };
}

/** The layers of ours, or the way to the server that is named. */
function readLayers(words: readonly string[], values: FlagValues): readonly Layer[] {
  const places = ["url", "grpc", "command"].filter((name) => values[name] !== undefined);
  if (places.length > 1) {
    throw wrong(`Cannot bench: --${places.join(" and --")} name several servers, expected one`);
  }
  const [place] = places;
  if (place === undefined) {
    if (words.length === 0) {
      throw wrong(
        `Cannot bench: nothing was named, expected a layer (${known()}, all) or --url, --grpc or --command`,
      );
    }
    if (values.tool !== undefined || values.args !== undefined) {
      throw wrong(
        "Cannot bench: --tool and --args are for a server that is named, expected --url, --grpc or --command",
      );
    }
    return [...new Set(words.flatMap(layersOf))];
  }
  const usual = { url: "http", grpc: "grpc", command: "stdio" }[place] as RemoteLayer;
  const [word = usual, ...more] = words;
  if (more.length === 0 && (word === usual || (place === "url" && word === "rest"))) {
    return [word as RemoteLayer];
  }
  throw wrong(
    `Cannot bench ${words.join(" ")} by --${place}: expected ${usual}${
      place === "url" ? " or rest" : ""
    }`,
  );
}

function layersOf(word: string): readonly Layer[] {
  const all: readonly Layer[] = [...IN_PROCESS, ...REMOTE];
  if (word === "all") return all;
  if (word === "supervisor") return ["supervisor", "supervisor-async"];
  const layer = all.find((each) => each === word);
  if (layer !== undefined) return [layer];
  const near = nearest(all, word);
  const hint = near === undefined ? `expected ${known()} or all` : `did you mean ${near}?`;
  throw wrong(`Cannot bench "${word}": there is no such layer; ${hint}`);
}

function known(): string {
  return [...IN_PROCESS, ...REMOTE].join(", ");
}

function readProtocols(said: string | undefined): BenchOptions["protocols"] {
  if (said === undefined) return undefined;
  if (said === "both") return ["modern", "legacy"];
  if (said === "auto" || said === "modern" || said === "legacy") return [said];
  throw wrong(`Cannot read --protocol "${said}": expected auto, modern, legacy or both`);
}

function readTemplate(said: string | undefined): BenchOptions["template"] {
  if (said === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(said);
  } catch {
    // Told below.
  }
  if (isRecord(value)) return value;
  throw wrong(`Cannot read --args: it is no object of JSON, expected such as '{"msg":"$payload"}'`);
}

function readPayload(said: string): number {
  const bytes = parseSize(said);
  if (bytes >= 8 && bytes <= LIMITS.argumentBytesMax / 2) return bytes;
  throw wrong(
    `Cannot read --payload "${said}": expected 8 bytes to ${LIMITS.argumentBytesMax / 2}`,
  );
}

function readProtection(said: string): Protection {
  const found = PROTECTIONS.find((each) => each === said);
  if (found !== undefined) return found;
  throw wrong(`Cannot read --without "${said}": expected some of ${PROTECTIONS.join(", ")}`);
}

function readNumber(values: FlagValues, name: string, max: number): number | undefined {
  const said = values[name] as string | undefined;
  if (said === undefined) return undefined;
  const number = /^\d+$/.test(said) ? Number(said) : NaN;
  if (number >= 1 && number <= max) return number;
  throw wrong(`Cannot read --${name} "${said}": expected a whole number from 1 to ${max}`);
}

function readTime(values: FlagValues, name: string, least: number): number {
  const said = values[name] as string;
  const ms = parseDuration(said);
  if (ms >= least && ms <= DURATION_MS_MAX) return ms;
  throw wrong(`Cannot read --${name} "${said}": expected ${least}ms to 24h`);
}

function wrong(text: string): GomcpError {
  return new GomcpError("invalid_request", text);
}

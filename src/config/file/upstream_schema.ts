/** An upstream as a configuration file has it. */
import { z } from "zod";
import { LIMITS } from "../../base/limits.ts";
import { count, duration, setting, size, texts } from "./values.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Values of the environment and of headers: text, `${NAME}` of our environment, or "file:PATH". */
const secrets = () => z.record(z.string(), setting(z.string(), { secret: true }));

const OVERRIDE = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/, "1 to 128 of A-Z, a-z, 0-9, _, . and -")
    .optional().describe("its whole name here"),
  title: z.string().optional(),
  description: z.string().min(1).optional().describe("what models are told of it"),
  hide: z.boolean().optional().describe("leaves it out"),
  arguments: z.record(z.string(), z.unknown()).optional()
    .describe("what it gets where a caller says nothing"),
  timeout: duration().optional(),
});

const RESTART = z.strictObject({
  max: count(0, 1_000_000).optional().describe("restarts within the period [10]"),
  period: duration().optional().describe("[1m]"),
  retry: duration().optional().describe("then it is left alone for so long [30s]"),
});

const BREAKER = z.strictObject({
  failures: count(1, 1_000_000).optional().describe("failures in a row [5]"),
  open: duration().optional().describe("for how long calls are refused then [10s]"),
});

export const UPSTREAM = z.strictObject({
  name: z.string().regex(NAME, "1 to 64 of A-Z, a-z, 0-9, _, . and -")
    .describe("names it, and stands before the names of what it has"),
  command: z.union([z.string().min(1), texts().min(1)]).optional()
    .describe("the program of a server over stdio, and its arguments"),
  args: z.array(z.string()).optional().describe("more arguments"),
  env: secrets().optional().describe('its environment; values may be "${NAME}" or "file:PATH"'),
  envFile: setting(z.string().min(1), { path: true }).optional()
    .describe("a file of lines NAME=VALUE; env goes before it"),
  cwd: setting(z.string().min(1), { path: true }).optional().describe("the folder it runs in"),
  url: z.string().regex(/^https?:\/\//, "an address of http or https").optional()
    .describe("the address of a server over HTTP"),
  openapi: z.string().min(1).optional()
    .describe("a file or address of an OpenAPI document, whose operations become tools"),
  server: z.string().regex(/^https?:\/\//, "an address of http or https").optional()
    .describe("the address of that API [as its document says]"),
  tags: texts().optional().describe("operations with these tags [all]"),
  operations: texts().optional().describe("operations of these ids [all]"),
  responseMax: size().optional().describe("the largest answer of that API [1MiB]"),
  headers: secrets().optional().describe('sent with each request; values may be "file:PATH"'),
  transport: z.enum(["auto", "http", "sse"]).optional()
    .describe("http is Streamable HTTP, sse what was before it [auto]"),
  allowLinkLocal: z.boolean().optional()
    .describe("reaches link-local addresses and those of clouds' metadata, too"),
  protocol: z.enum(["auto", "modern", "legacy"]).optional().describe("MCP's era [auto]"),
  prefix: z.string().regex(/^[A-Za-z0-9_.-]{0,64}$/, "at most 64 of A-Z, a-z, 0-9, _, . and -")
    .optional().describe('in place of its name in "name__tool"; may be empty'),
  tenant: z.string().min(1).optional().describe("the only tenant that sees it"),
  lazy: z.boolean().optional().describe("the server does not wait for it at its start"),
  connectTimeout: duration().optional().describe("[30s]"),
  callTimeout: duration().optional().describe("[the server's timeout]"),
  idleTimeout: duration().optional().describe("disconnects it when nobody calls [never]"),
  leaveOutAfter: duration().optional()
    .describe("how long what it has stays in the lists while it is away [30s]"),
  refresh: duration().optional().describe("how often its lists are read anew [as it says]"),
  concurrency: count(1, LIMITS.workersMax).optional().describe("calls at once [100]"),
  queueMax: count(0, LIMITS.queueMax).optional().describe("calls that wait [1000]"),
  breaker: BREAKER.optional(),
  restart: RESTART.optional(),
  allow: texts().optional().describe("globs of the names that are served [all]"),
  hide: texts().optional().describe("globs of names and addresses that are not [none]"),
  tools: z.record(z.string(), OVERRIDE).optional()
    .describe("tools and prompts in other words, by the names that the upstream gives them"),
});

export type UpstreamEntry = z.infer<typeof UPSTREAM>;

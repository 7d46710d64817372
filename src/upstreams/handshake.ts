/** Finding out which era an upstream speaks, and what it offers. */
import type { Clock } from "../base/clock.ts";
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import {
  CAPABILITIES_KEY,
  CLIENT_INFO_KEY,
  SERVER_INFO_KEY,
  VERSION_KEY,
} from "../protocol/modern.ts";
import { clip } from "../protocol/jsonrpc.ts";
import {
  isLegacyVersion,
  isModernVersion,
  LEGACY_VERSIONS,
  MODERN_VERSIONS,
  type ServerInfo,
} from "../protocol/versions.ts";
import type { Conversation, Reply } from "./conversation.ts";
import type { Agreed } from "./transport.ts";

type Values = Readonly<Record<string, unknown>>;

/** What is known of an upstream once it is connected. */
export interface Agreement extends Agreed {
  readonly capabilities: Values;
  /** As it says itself. */
  readonly server: { readonly name: string; readonly version: string };
}

export interface HandshakeOptions {
  /** "auto" tries the modern era first. */
  readonly protocol: "auto" | "modern" | "legacy";
  readonly info: ServerInfo;
  readonly clock: Clock;
  /** For the whole handshake. */
  readonly timeoutMs: number;
}

/** Errors by which a modern server says that it is one (2026-07-28, versioning: negotiation). */
const MODERN_ERRORS = [-32020, -32021, -32022];
/** How long the newest era's question is the only one. */
const PROBE_MS = 3_000;
/**
 * What the clients of a legacy session can be asked, which is not known before they call. Roots are
 * part of it only where a question tells whose it is: servers ask for them of nobody's call.
 */
const legacyCapabilities = (hasStreams: boolean) => ({
  elicitation: { form: {}, url: {} },
  sampling: { tools: {}, context: {} },
  ...(hasStreams && { roots: {} }),
});

/** @throws {GomcpError} `upstream_failed` when the upstream cannot be spoken with. */
export async function shakeHands(
  conversation: Conversation,
  options: HandshakeOptions,
): Promise<Agreement> {
  if (options.protocol === "legacy") return await initialize(conversation, options);
  const modern = discover(conversation, options);
  if (options.protocol === "modern") return await modern ?? unanswered();
  // One that is slow to start, or that says nothing to what it does not know, is asked the old way,
  // too. It answers in the order of the questions: what it says to the first one counts.
  const silent = Symbol();
  const late = Promise.withResolvers<typeof silent>();
  const cancel = options.clock.after(PROBE_MS, () => late.resolve(silent));
  const first = await Promise.race([modern, late.promise]).finally(cancel);
  if (first === undefined) return await initialize(conversation, options);
  if (first !== silent) return first;
  let isMoot = false;
  modern.then((agreement) => isMoot = agreement !== undefined, () => {});
  const legacy = initialize(conversation, options, () => isMoot);
  legacy.catch(() => {}); // an answer to the first question makes it worthless
  const other = legacy.then(() => undefined, () => undefined);
  return await Promise.race([modern, other]) ?? await legacy;
}

/** What a modern request says of its client. */
export function modernMeta(info: ServerInfo, capabilities: Values): Values {
  return {
    [VERSION_KEY]: MODERN_VERSIONS[0],
    [CAPABILITIES_KEY]: capabilities,
    [CLIENT_INFO_KEY]: info,
  };
}

async function discover(
  conversation: Conversation,
  { protocol, info, timeoutMs }: HandshakeOptions,
): Promise<Agreement | undefined> {
  conversation.transport.agree({ era: "modern", version: MODERN_VERSIONS[0] });
  const params = { _meta: modernMeta(info, {}) };
  const reply = await conversation.request("server/discover", params, { timeoutMs });
  if (reply.kind === "result") {
    const { supportedVersions, capabilities, _meta } = reply.result;
    // Some answer whatever they are asked: that is no word of a modern server.
    if (protocol === "auto" && !Array.isArray(supportedVersions)) return undefined;
    const versions = Array.isArray(supportedVersions) ? supportedVersions : [];
    const version = versions.find(isModernVersion);
    if (version === undefined) throw failed(`it serves ${shown(versions)}, none that we know`);
    const server = isRecord(_meta) ? _meta[SERVER_INFO_KEY] : undefined;
    conversation.transport.agree({ era: "modern", version });
    return { era: "modern", version, capabilities: recordOf(capabilities), server: nameOf(server) };
  }
  const isModern = reply.kind === "error" && MODERN_ERRORS.includes(reply.code);
  if (protocol === "auto" && !isModern) return undefined;
  throw failed(describe(reply));
}

async function initialize(
  conversation: Conversation,
  { info, timeoutMs }: HandshakeOptions,
  isMoot = () => false,
): Promise<Agreement> {
  const newest = LEGACY_VERSIONS[0];
  conversation.transport.agree({ era: "legacy", version: newest });
  const params = {
    protocolVersion: newest,
    capabilities: legacyCapabilities(conversation.transport.hasStreams),
    clientInfo: info,
  };
  const reply = await conversation.request("initialize", params, { timeoutMs });
  if (isMoot()) throw failed("it is spoken with in another way");
  if (reply.kind !== "result") throw failed(describe(reply));
  const { protocolVersion, capabilities, serverInfo } = reply.result;
  if (!isLegacyVersion(protocolVersion)) {
    throw failed(`it answers with the revision ${shown(protocolVersion)}, which we do not know`);
  }
  conversation.transport.agree({ era: "legacy", version: protocolVersion });
  conversation.notify("notifications/initialized");
  return {
    era: "legacy",
    version: protocolVersion,
    capabilities: recordOf(capabilities),
    server: nameOf(serverInfo),
  };
}

function unanswered(): never {
  throw failed("it does not answer server/discover");
}

function describe(reply: Reply): string {
  if (reply.kind === "problem") return reply.problem.detail;
  return reply.kind === "error" ? `it answers ${reply.code}: ${clip(reply.message)}` : "no answer";
}

function nameOf(info: unknown): Agreement["server"] {
  const { name, version } = recordOf(info);
  const text = (value: unknown) => typeof value === "string" ? clip(value) : "";
  return { name: text(name), version: text(version) };
}

function recordOf(value: unknown): Values {
  return isRecord(value) ? value : {};
}

function shown(value: unknown): string {
  return clip(JSON.stringify(value) ?? "nothing");
}

function failed(what: string): GomcpError {
  return new GomcpError("upstream_failed", what);
}

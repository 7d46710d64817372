/** The official clients in all ways in which they talk to a server, behind one small interface. */
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { cliEnv, denoArgs, fixtureArgs } from "./cli_process.ts";
import { Feed } from "./feed.ts";
import { type FixtureName, Gate } from "./fixtures.ts";
import { LOG_LEVEL_KEY } from "./mcp.ts";
import { startServer } from "./server.ts";
import { frontArgs, type Way } from "./through.ts";

export interface ToolAnswer {
  // deno-lint-ignore no-explicit-any -- tests look into content of every shape
  readonly content: any[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

/** How far a call is, as the client tells it. */
export interface ProgressSeen {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export interface ClientCallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: ProgressSeen) => void;
  /** The least grave log messages that the call wants to hear: how modern clients say it. */
  readonly logLevel?: string;
}

/** A notification that no method of the client has taken for itself. */
export interface Notice {
  readonly method: string;
  readonly params?: Any;
}

/** What a client wants to be told; it is told no more when it is closed. */
export interface Watch {
  close(): Promise<void>;
  /** How it ended, where clients know that. */
  readonly closed?: Promise<string>;
}

/** Parameters and results of every shape. */
// deno-lint-ignore no-explicit-any -- tests look into all of it
type Any = any;

/** What the clients offer beside tools, under the names that all of them give it. */
export interface ClientFeatures {
  getServerCapabilities(): Any;
  listResources(params?: Any): Promise<Any>;
  listResourceTemplates(params?: Any): Promise<Any>;
  readResource(params: { readonly uri: string }): Promise<Any>;
  listPrompts(params?: Any): Promise<Any>;
  getPrompt(params: Any): Promise<Any>;
  complete(params: Any): Promise<Any>;
}

/** How a client answers the server's questions; it declares just what it has an answer for. */
export interface Answers {
  readonly elicit?: (params: Any) => Any;
  readonly sample?: (params: Any) => Any;
  readonly roots?: () => Any;
}

export interface ConnectOptions {
  /** More arguments of the server. */
  readonly args?: readonly string[];
  /** How another gomcp stands between; undefined for none. */
  readonly through?: Way;
  readonly answers?: Answers;
}

/** A connected client together with the server that it talks to. */
export interface ConnectedClient extends AsyncDisposable {
  readonly protocolVersion: string | undefined;
  readonly serverName: string | undefined;
  readonly features: ClientFeatures;
  /** What the server has said that answers nothing. */
  readonly notices: Feed<Notice>;
  /** Asks to be told of changes: of this resource and, where that must be asked for, of the lists. */
  watch(uri: string): Promise<Watch>;
  /** Asks for log messages, in the era in which that is asked once and for all. */
  setLogLevel(level: string): Promise<void>;
  gate(name?: string): Gate;
  /** The names of all tools, over all pages. */
  listTools(): Promise<string[]>;
  call(tool: string, args?: unknown, options?: ClientCallOptions): Promise<ToolAnswer>;
  ping(): Promise<void>;
}

export type ClientName =
  | "v1 stdio"
  | "v1 HTTP"
  | "v2 stdio legacy"
  | "v2 stdio modern"
  | "v2 HTTP legacy"
  | "v2 HTTP modern";

export const CLIENT_NAMES: readonly ClientName[] = [
  "v1 stdio",
  "v1 HTTP",
  "v2 stdio legacy",
  "v2 stdio modern",
  "v2 HTTP legacy",
  "v2 HTTP modern",
];

/** Starts a server of the fixtures and connects the client to it. */
export async function connect(
  name: ClientName,
  fixtures: readonly FixtureName[],
  { args = [], answers = {}, through }: ConnectOptions = {},
): Promise<ConnectedClient> {
  await using parts = new AsyncDisposableStack();
  const start = name.includes("stdio") ? stdioTarget : httpTarget;
  const target = through === undefined
    ? await start(fixtures, args, parts)
    : await throughTarget(start, through, { fixtures, args }, parts);
  const client = name.startsWith("v1")
    ? await connectV1(target, answers, parts)
    : await connectV2(target, name.endsWith("modern") ? "auto" : "legacy", answers, parts);
  const owned = parts.move();
  return {
    ...client,
    gate: (gate = "gate") => new Gate(`${target.folder}/${gate}.open`),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Where a transport finds the server: a URL, or a command to start. */
interface Target {
  readonly folder: string | undefined;
  readonly url?: URL;
  readonly command?: {
    readonly command: string;
    readonly args: string[];
    readonly env: Record<string, string>;
    readonly stderr: "ignore";
  };
}

/** What the client connects to is in front of what has the fixtures. */
async function throughTarget(
  start: typeof httpTarget,
  way: Way,
  { fixtures, args }: {
    readonly fixtures: readonly FixtureName[];
    readonly args: readonly string[];
  },
  parts: AsyncDisposableStack,
): Promise<Target> {
  const { folder, args: tools } = await fixtureArgs({ fixtures, joined: true });
  if (folder !== undefined) parts.defer(() => Deno.remove(folder, { recursive: true }));
  const front = await frontArgs(way, [...tools, ...args], parts);
  return { ...await start([], front.args, parts), folder };
}

async function httpTarget(
  fixtures: readonly FixtureName[],
  more: readonly string[],
  parts: AsyncDisposableStack,
): Promise<Target> {
  const server = parts.use(await startServer({ fixtures, joined: true, args: more }));
  return { url: new URL(`${server.url}/mcp`), folder: server.folder };
}

async function stdioTarget(
  fixtures: readonly FixtureName[],
  more: readonly string[],
  parts: AsyncDisposableStack,
): Promise<Target> {
  const { folder, args } = await fixtureArgs({ fixtures, joined: true });
  if (folder !== undefined) parts.defer(() => Deno.remove(folder, { recursive: true }));
  const command = {
    command: Deno.execPath(),
    args: denoArgs(["serve", "--mode=stdio", ...args, ...more]),
    env: cliEnv(),
    stderr: "ignore",
  } as const;
  return { command, folder };
}

type Facade = Omit<ConnectedClient, "gate" | typeof Symbol.asyncDispose>;

/** The capabilities of a client that answers so. */
function capabilitiesOf({ elicit, sample, roots }: Answers) {
  return {
    ...(elicit && { elicitation: { form: {}, url: {} } }),
    ...(sample && { sampling: {} }),
    ...(roots && { roots: {} }),
  };
}

async function connectV1(
  target: Target,
  answers: Answers,
  parts: AsyncDisposableStack,
): Promise<Facade> {
  const { elicit, sample, roots } = answers;
  const capabilities = capabilitiesOf(answers);
  const client = new ClientV1({ name: "official-v1", version: "1.0.0" }, { capabilities });
  if (elicit) client.setRequestHandler(ElicitRequestSchema, ({ params }: Any) => elicit(params));
  if (sample) {
    client.setRequestHandler(CreateMessageRequestSchema, ({ params }: Any) => sample(params));
  }
  if (roots) client.setRequestHandler(ListRootsRequestSchema, () => roots());
  const notices = new Feed<Notice>();
  client.fallbackNotificationHandler = (notice: Any) => Promise.resolve(notices.push(notice));
  const transport = target.url === undefined
    ? new StdioV1({ ...target.command! })
    : new HttpV1(target.url);
  // The transport's optional members are not those of exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  parts.defer(() => client.close());
  return {
    protocolVersion: "protocolVersion" in transport ? transport.protocolVersion : undefined,
    serverName: client.getServerVersion()?.name,
    features: client as unknown as ClientFeatures,
    notices,
    watch: (uri) => subscribe(client, uri),
    setLogLevel: async (level) => void await client.setLoggingLevel(level as Any),
    listTools: () => allPages((params) => client.listTools(params)),
    call: async (name, args = {}, { logLevel: _, ...options } = {}) =>
      await client.callTool(
        { name, arguments: args as Record<string, unknown> },
        undefined,
        options as Any,
      ) as ToolAnswer,
    ping: async () => void await client.ping(),
  };
}

async function connectV2(
  target: Target,
  mode: "legacy" | "auto",
  answers: Answers,
  parts: AsyncDisposableStack,
): Promise<Facade> {
  const { elicit, sample, roots } = answers;
  const client = new ClientV2({ name: "official-v2", version: "1.0.0" }, {
    versionNegotiation: { mode },
    capabilities: capabilitiesOf(answers),
  });
  if (elicit) client.setRequestHandler("elicitation/create", ({ params }) => elicit(params));
  if (sample) client.setRequestHandler("sampling/createMessage", ({ params }) => sample(params));
  if (roots) client.setRequestHandler("roots/list", () => roots());
  const notices = new Feed<Notice>();
  client.fallbackNotificationHandler = (notice) => Promise.resolve(notices.push(notice));
  const transport = target.url === undefined
    ? new StdioV2({ ...target.command! })
    : new HttpV2(target.url);
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  parts.defer(() => client.close());
  return {
    protocolVersion: client.getNegotiatedProtocolVersion(),
    serverName: client.getServerVersion()?.name,
    features: client as unknown as ClientFeatures,
    notices,
    watch: (uri) =>
      mode === "legacy" ? subscribe(client, uri) : client.listen({
        toolsListChanged: true,
        promptsListChanged: true,
        resourcesListChanged: true,
        resourceSubscriptions: [uri],
      }),
    setLogLevel: async (level) => void await client.setLoggingLevel(level as Any),
    listTools: () => allPages((params) => client.listTools(params)),
    call: async (name, args = {}, { logLevel, ...options } = {}) =>
      await client.callTool(
        {
          name,
          arguments: args as Record<string, unknown>,
          ...(logLevel !== undefined && { _meta: { [LOG_LEVEL_KEY]: logLevel } }),
        },
        options as Any,
      ) as ToolAnswer,
    ping: async () => void await client.ping(),
  };
}

/** Legacy clients are told of changed lists without asking. */
async function subscribe(
  client: Pick<ClientV1, "subscribeResource" | "unsubscribeResource">,
  uri: string,
): Promise<Watch> {
  await client.subscribeResource({ uri });
  return { close: async () => void await client.unsubscribeResource({ uri }) };
}

/** v2 walks the pages itself when it gets no cursor; v1 gives one page. */
async function allPages(
  list: (
    params: { cursor?: string },
  ) => Promise<{ tools: readonly { name: string }[]; nextCursor?: string | undefined }>,
): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(cursor === undefined ? {} : { cursor });
    names.push(...page.tools.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return names;
}

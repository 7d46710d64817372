/** The real server with tenants and a real issuer of tokens. */
import { runCli } from "./cli_process.ts";
import { type FixtureName, TempFolder } from "./fixtures.ts";
import { AUDIENCE, TestIssuer, type TokenParts } from "./issuer.ts";
import { type Reply, type ServerProcess, startServer } from "./server.ts";

/** What scopes are good for on this server. */
const SCOPES = ["calc=add,echo", "people=person,picture,many://*", "all=*"];

export interface OauthOptions {
  readonly fixtures?: readonly FixtureName[];
  readonly args?: readonly string[];
  /** The claim that names the tenant. @default "org" */
  readonly claim?: string;
  /** @default one of its own */
  readonly issuer?: TestIssuer;
}

/** Tenants `acme` (which may not see `picture`) and `other`, named by the claim `org`. */
export class OauthServer implements AsyncDisposable {
  readonly issuer: TestIssuer;
  readonly server: ServerProcess;
  /** An API key of acme. */
  readonly key: string;
  readonly #parts: AsyncDisposableStack;
  readonly #env: Record<string, string>;

  private constructor(
    parts: AsyncDisposableStack,
    issuer: TestIssuer,
    server: ServerProcess,
    [key, env]: readonly [string, Record<string, string>],
  ) {
    [this.#parts, this.issuer, this.server, this.key, this.#env] = [
      parts,
      issuer,
      server,
      key,
      env,
    ];
  }

  static async start(options: OauthOptions = {}): Promise<OauthServer> {
    await using parts = new AsyncDisposableStack();
    const issuer = options.issuer ?? parts.use(await TestIssuer.start());
    const folder = parts.use(await TempFolder.of());
    const env = { GOMCP_STATE: `sqlite:${folder.path}/state.db` };
    const created = await runCli(["tenant", "create", "acme", "--deny=picture", "--json"], { env });
    await runCli(["tenant", "create", "other"], { env });
    const { key } = JSON.parse(created.stdout);
    const server = parts.use(
      await startServer({
        fixtures: options.fixtures ?? ["plain", "features"],
        args: [
          `--oauth-issuer=${issuer.url}`,
          `--oauth-audience=${AUDIENCE}`,
          `--oauth-tenant-claim=${options.claim ?? "org"}`,
          ...SCOPES.map((scope) => `--oauth-scope=${scope}`),
          ...options.args ?? [],
        ],
        env,
      }),
    );
    return new OauthServer(parts.move(), issuer, server, [key.secret, env]);
  }

  /** A token of the tenant acme with the scope calc, unless it is said otherwise. */
  token({ claims, ...parts }: TokenParts = {}): Promise<string> {
    return this.issuer.token({ ...parts, claims: { org: "acme", scope: "calc", ...claims } });
  }

  /** Runs `gomcp tenant`. */
  async tenant(...args: string[]): Promise<void> {
    const { code, stderr } = await runCli(["tenant", ...args], { env: this.#env });
    if (code !== 0) throw new Error(stderr);
  }

  post(path: string, body: unknown, headers: Record<string, string>): Promise<Reply> {
    return this.server.request(path, { method: "POST", body: JSON.stringify(body), headers });
  }

  /** Why credentials were refused, as the log has it. */
  refusals(): string[] {
    return this.server.log.items.filter(({ message }) => message === "credential refused")
      .map(({ why }) => String(why));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.disposeAsync();
  }
}

export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** An issuer of tokens as tests need it: real keys, real signatures, real HTTP, and every bad habit. */
import {
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from "jose";
import { encodeBase64Url } from "../../src/base/base64.ts";

export const AUDIENCE = "https://tools.example.com/mcp";

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

/** What a token has beside what all have; a claim that is null is left out. */
export interface TokenParts {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** The key that signs it. @default the newest */
  readonly kid?: string;
}

/** What a user has agreed to, until the client fetches the token. */
interface Agreed {
  readonly scope: string;
  readonly resource: string;
  readonly challenge: string;
}

/** How an issuer answers. */
export type Habit = "good" | "hang" | "error" | "redirect" | "oversized" | "nonsense" | "foreign";

/** An issuer on a free port of loopback. */
export class TestIssuer implements AsyncDisposable {
  readonly url: string;
  /** How it answers from now on. */
  habit: Habit = "good";
  /** How often its keys were asked for. */
  asked = 0;
  /** What other keys the set has, as they are. */
  extraKeys: readonly unknown[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #keys = new Map<string, Keys & { readonly alg: string }>();
  readonly #hanging = new Set<() => void>();
  readonly #agreed = new Map<string, Agreed>();
  #newest = "";

  private constructor(port: number) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      (request) => this.#answer(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Starts one with a first key. A port is given to bring one back that was there. */
  static async start({ port = 0, alg = "ES256" } = {}): Promise<TestIssuer> {
    const issuer = new TestIssuer(port);
    await issuer.addKey("first", alg);
    return issuer;
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Adds a key, which signs from now on. */
  async addKey(kid: string, alg = "ES256"): Promise<void> {
    this.#keys.set(kid, { ...await generateKeyPair(alg, { extractable: true }), alg });
    this.#newest = kid;
  }

  removeKey(kid: string): void {
    this.#keys.delete(kid);
  }

  keyOf(kid: string): Keys {
    return this.#keys.get(kid)!;
  }

  /** The public key as it stands in the set. */
  async jwkOf(kid: string): Promise<Record<string, unknown>> {
    const { publicKey, alg } = this.#keys.get(kid)!;
    return { ...await exportJWK(publicKey), kid, alg, use: "sig" };
  }

  /** A token of this issuer: good for an hour, unless it is said otherwise. */
  async token({ claims = {}, header = {}, kid = this.#newest }: TokenParts = {}): Promise<string> {
    const { privateKey, alg } = this.#keys.get(kid)!;
    const now = Math.floor(Date.now() / 1_000);
    const all = {
      iss: this.url,
      aud: AUDIENCE,
      sub: "alice",
      iat: now,
      exp: now + 3_600,
      ...claims,
    };
    const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
    return await new SignJWT(payload as JWTPayload)
      .setProtectedHeader({ alg, kid, typ: "at+jwt", ...header } as JWTHeaderParameters)
      .sign(privateKey, { crit: { "urn:example:must": true } });
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname: path, searchParams } = new URL(request.url);
    const isKeys = path === "/keys";
    if (isKeys) this.asked++;
    switch (this.habit) {
      case "hang":
        await new Promise<void>((resolve) => this.#hanging.add(resolve));
        return new Response(null, { status: 500 });
      case "error":
        return new Response("away", { status: 503 });
      case "redirect":
        return Response.redirect(`${this.url}/moved${path}`, 302);
      case "oversized":
        return new Response(`{"keys":[${" ".repeat(300_000)}]}`);
      case "nonsense":
        return new Response("<html>no JSON</html>");
    }
    if (isKeys) return Response.json(await this.#keySet());
    if (path === "/.well-known/openid-configuration") return Response.json(this.#metadata());
    if (path === "/authorize") return this.#agree(searchParams);
    if (path === "/token") return await this.#exchange(new URLSearchParams(await request.text()));
    return new Response(null, { status: 404 });
  }

  #metadata(): unknown {
    return {
      issuer: this.habit === "foreign" ? "http://127.0.0.1:1" : this.url,
      jwks_uri: `${this.url}/keys`,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
      code_challenge_methods_supported: ["S256"],
      token_endpoint_auth_methods_supported: ["none"],
    };
  }

  /** A user who agrees to everything at once (RFC 6749 section 4.1, RFC 7636, RFC 8707). */
  #agree(asked: URLSearchParams): Response {
    const code = crypto.randomUUID();
    const of = (name: string) => asked.get(name) ?? "";
    const [scope, resource, challenge] = [of("scope"), of("resource"), of("code_challenge")];
    this.#agreed.set(code, { scope, resource, challenge });
    const back = new URL(of("redirect_uri"));
    back.searchParams.set("code", code);
    return Response.redirect(back, 302);
  }

  async #exchange(form: URLSearchParams): Promise<Response> {
    const agreed = this.#agreed.get(form.get("code") ?? "");
    const verifier = new TextEncoder().encode(form.get("code_verifier") ?? "");
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", verifier));
    if (agreed === undefined || encodeBase64Url(digest) !== agreed.challenge) {
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    }
    const { scope, resource: aud } = agreed;
    const token = await this.token({ claims: { aud, scope } });
    return Response.json({ access_token: token, token_type: "Bearer", expires_in: 3_600, scope });
  }

  async #keySet(): Promise<unknown> {
    const keys = await Promise.all([...this.#keys.keys()].map((kid) => this.jwkOf(kid)));
    return { keys: [...this.extraKeys, ...keys] };
  }

  /** Lets go of what hangs. */
  release(): void {
    for (const resolve of this.#hanging) resolve();
    this.#hanging.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    await this.#server.shutdown();
  }
}

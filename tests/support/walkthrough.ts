/** Follows a text as a reader would: writes its files, types its commands, compares what they print. */
import { assert, assertEquals } from "@std/assert";
import { cliEnv, CliProcess, denoArgs } from "./cli_process.ts";
import { TempFolder } from "./fixtures.ts";
import { commandLines, type Snippet, snippetsOf } from "./snippets.ts";
import { toldCommands } from "./told_commands.ts";
import { until } from "./wait.ts";

/** Where texts say that servers listen; here it is any free port. */
const USUAL = "127.0.0.1:8080";

export class Walkthrough implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly #env: Record<string, string>;
  #address = USUAL;
  #server: CliProcess | undefined;

  private constructor(folder: TempFolder) {
    this.#folder = folder;
    const { GOMCP_STATE: _, GOMCP_ADMIN_SOCKET: __, ...env } = cliEnv();
    this.#env = {
      ...env,
      PATH: `${folder.path}/bin:${env.PATH}`,
      XDG_STATE_HOME: `${folder.path}/state`,
      XDG_RUNTIME_DIR: `${folder.path}/run`,
      GOMCP_ADDR: "127.0.0.1:0",
    };
  }

  /** In a folder with these files, with `gomcp` on the PATH. */
  static async begin(files: Readonly<Record<string, string>> = {}): Promise<Walkthrough> {
    const folder = await TempFolder.of({ "run/.keep": "", "work/.keep": "" });
    for (const [name, text] of Object.entries(files)) await folder.write(`work/${name}`, text);
    const program = [Deno.execPath(), ...denoArgs([])].map((word) => `'${word}'`).join(" ");
    await Deno.chmod(
      await folder.write("bin/gomcp", `#!/bin/sh\nexec ${program} "$@"\n`),
      0o755,
    );
    return new Walkthrough(folder);
  }

  /** Does what a block says; `after` is the block behind it, which may show what is printed. */
  async follow(block: Snippet, after: Snippet | undefined): Promise<void> {
    const file = /(?:^| )title=(\S+)/.exec(block.info)?.[1];
    if (file !== undefined) return void await this.#folder.write(`work/${file}`, block.text);
    if (block.language !== "sh") return;
    const [first = "", ...rest] = commandLines(block.text);
    if (/^gomcp serve\b/.test(first)) {
      await this.#serve(first);
      if (rest.length > 0) await this.#type(rest.join("\n"));
      return;
    }
    const printed = await this.#type(block.text);
    if (after?.language === "text") compare(printed, after.text.replaceAll(USUAL, this.#address));
  }

  async #type(text: string): Promise<string> {
    const script = text.replaceAll(USUAL, this.#address);
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-ec", script],
      cwd: `${this.#folder.path}/work`,
      clearEnv: true,
      env: this.#env,
    }).output();
    const said = new TextDecoder().decode(stdout);
    assertEquals(code, 0, `${script}\n${said}${new TextDecoder().decode(stderr)}`);
    return said;
  }

  async #serve(line: string): Promise<void> {
    await this.#endServer();
    this.#env.GOMCP_ADDR = "127.0.0.1:0";
    this.#server = new CliProcess([...toldCommands(line)[0]!, "--log-format=json"], "null", {
      cwd: `${this.#folder.path}/work`,
      executable: `${this.#folder.path}/bin/gomcp`,
      env: this.#env,
    });
    const { url } = await this.#server.log.find(
      ({ message }) => message === "serving HTTP",
      "address of the server",
    );
    this.#address = new URL(String(url)).host;
    // Commands that are told of no server ask the usual one.
    this.#env.GOMCP_URL = String(url);
    this.#env.GOMCP_ADDR = this.#address;
  }

  /** As Ctrl-C does. */
  async #endServer(): Promise<void> {
    if (this.#server?.isAlive) {
      this.#server.signal("SIGINT");
      await until(() => !this.#server!.isAlive, "the server has ended");
    }
    await this.#server?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endServer();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** "…" stands for anything. */
function compare(printed: string, shown: string): void {
  const parts = shown.trim().split("…").map((part) => RegExp.escape(part));
  const pattern = new RegExp(`^${parts.join("[^]*?")}$`);
  assert(pattern.test(printed.trim()), `shown:\n${shown}\nprinted:\n${printed}`);
}

/**
 * Runs all blocks of a text, each as a step: as `adapt` has them, in a folder with `files`.
 */
export async function walk(
  path: string,
  t: Deno.TestContext,
  adapt: (block: Snippet) => Snippet = (block) => block,
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using reader = await Walkthrough.begin(files);
  const blocks = (await snippetsOf(path)).map(adapt);
  for (const [i, block] of blocks.entries()) {
    const first = block.text.trim().split("\n")[0];
    await t.step(`line ${block.line}: ${first}`, () => reader.follow(block, blocks[i + 1]));
  }
}

/** `gomcp tenant key create|list|revoke`. */
import { parseDuration } from "../../src/base/duration.ts";
import { GomcpError } from "../../src/base/errors.ts";
import { print, runTenantCommand, type TenantArgs, type Usage } from "./args.ts";
import { TOOLS_FLAG, warn, warningsOf } from "./known_tools.ts";
import { keyText, secretText } from "./render.ts";

const CREATE: Usage = {
  usage: "gomcp tenant key create ID",
  what: "Creates another API key of a tenant, which is shown this once.",
  example: "key create company-a --name=ci --expires=90d --scope='read_*'",
  flags: [
    { name: "name", kind: "text", value: "TEXT", help: "what it is for [default]" },
    { name: "expires", kind: "text", value: "TIME", help: "for how long it is good, as 90d" },
    { name: "scope", kind: "list", value: "GLOBS", help: "what it is good for [everything]" },
    TOOLS_FLAG,
  ],
  words: [1, 1],
};
const LIST: Usage = {
  usage: "gomcp tenant key list ID",
  what: "Lists the keys of a tenant; the keys themselves are nowhere.",
  example: "key list company-a",
  flags: [],
  words: [1, 1],
};
const REVOKE: Usage = {
  usage: "gomcp tenant key revoke ID KEY",
  what: "Ends a key, by its id or name.",
  example: "key revoke company-a ci",
  flags: [],
  words: [2, 2],
};

export function run([command = "--help", ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case "create":
      return create(rest);
    case "list":
      return list(rest);
    case "revoke":
      return revoke(rest);
    case "help":
    case "-h":
    case "--help": {
      const lines = [CREATE, LIST, REVOKE].map(({ usage, what }) => `  ${usage.padEnd(32)}${what}`);
      console.log(`Usage: gomcp tenant key create|list|revoke\n\n${lines.join("\n")}`);
      return Promise.resolve(0);
    }
  }
  const text = `Cannot run "tenant key ${command}": expected create, list or revoke`;
  return Promise.reject(new GomcpError("invalid_request", text));
}

function create(args: readonly string[]): Promise<number> {
  return runTenantCommand(CREATE, args, async (tenants, told) => {
    const [name, scopes, expiresMs] = [told.text("name"), told.list("scope"), readExpiry(told)];
    const warnings = await warningsOf(scopes ?? [], told);
    const { key, secret } = await tenants.createKey(told.words[0]!, {
      ...(name !== undefined && { name }),
      ...(scopes !== undefined && { scopes }),
      ...(expiresMs !== undefined && { expiresMs }),
    });
    warn(warnings);
    print(told, { key: { ...key, secret } }, `${keyText(key)}\n\n${secretText(secret)}`);
  });
}

function readExpiry(told: TenantArgs): number | undefined {
  const text = told.text("expires");
  if (text === undefined) return undefined;
  try {
    return Date.now() + parseDuration(text);
  } catch {
    const message = `Cannot read --expires: it is "${text}", expected a time such as 12h or 90d`;
    throw new GomcpError("invalid_request", message);
  }
}

function list(args: readonly string[]): Promise<number> {
  return runTenantCommand(LIST, args, async (tenants, told) => {
    const keys = await tenants.listKeys(told.words[0]!);
    print(told, { keys }, keys.map(keyText).join("\n") || "The tenant has no keys.");
  });
}

function revoke(args: readonly string[]): Promise<number> {
  return runTenantCommand(REVOKE, args, async (tenants, told) => {
    const [id, key] = told.words;
    await tenants.revokeKey(id!, key!);
    print(told, { revoked: key }, `Revoked key ${key} of tenant ${id}.`);
  });
}

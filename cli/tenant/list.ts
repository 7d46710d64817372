/** `gomcp tenant list`: all tenants, read in pages. */
import { GomcpError } from "../../src/base/errors.ts";
import type { Tenant, TenantManager } from "../../src/runtime/tenants.ts";
import { print, runTenantCommand, type Usage } from "./args.ts";
import { limitsText } from "./render.ts";

const PAGE = 1_000;
const USAGE: Usage = {
  usage: "gomcp tenant list",
  what: "Lists tenants in the order of their ids.",
  flags: [
    { name: "after", kind: "text", value: "ID", help: "begins behind this id" },
    { name: "limit", kind: "text", value: "N", help: "ends after so many [all]" },
  ],
  words: [0, 0],
};

export function run(args: readonly string[]): Promise<number> {
  return runTenantCommand(USAGE, args, async (tenants, told) => {
    const all = await read(tenants, told.text("after") ?? "", readLimit(told.text("limit")));
    const lines = all.map(({ id, name, suspended, limits }) =>
      `${id}  ${name}  ${suspended ? "suspended" : "active"}  ${limitsText(limits)}`
    );
    print(told, { tenants: all }, lines.join("\n") || "There are no tenants.");
  });
}

async function read(tenants: TenantManager, after: string, limit: number): Promise<Tenant[]> {
  const all: Tenant[] = [];
  for (;;) {
    const max = Math.min(PAGE, limit - all.length);
    const page = max === 0
      ? []
      : await tenants.listTenants({ after: all.at(-1)?.id ?? after, max });
    all.push(...page);
    if (page.length < max || max === 0) return all;
  }
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  const message = `Cannot read --limit: it is "${text}", expected a whole number of at least 1`;
  throw new GomcpError("invalid_request", message);
}

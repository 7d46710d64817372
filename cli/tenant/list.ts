/** `gomcp tenant list`: all tenants, read in pages. */
import { GomcpError } from "../../src/base/errors.ts";
import type { Tenant, TenantManager } from "../../src/runtime/tenants.ts";
import { runTenantCommand, type Usage } from "./args.ts";
import { limitsText } from "./render.ts";

const PAGE = 1_000;
const COLUMN_MAX = 32;
const USAGE: Usage = {
  usage: "gomcp tenant list",
  what: "Lists tenants in the order of their ids.",
  example: "list --after=company-a --limit=100",
  flags: [
    { name: "after", kind: "text", value: "ID", help: "begins behind this id" },
    { name: "limit", kind: "text", value: "N", help: "ends after so many [all]" },
  ],
  words: [0, 0],
};

export function run(args: readonly string[]): Promise<number> {
  return runTenantCommand(USAGE, args, async (tenants, told) => {
    const limit = readLimit(told.text("limit"));
    const pages = readPages(tenants, told.text("after") ?? "", limit);
    await (told.json ? printJson(pages) : printLines(pages));
  });
}

/** Page by page: there may be a million tenants. */
async function* readPages(
  tenants: TenantManager,
  after: string,
  limit: number,
): AsyncGenerator<readonly Tenant[]> {
  let [last, left] = [after, limit];
  while (left > 0) {
    const max = Math.min(PAGE, left);
    const page = await tenants.listTenants({ after: last, max });
    // A page that is not full need not be the last: one of it may just have been removed.
    if (page.length === 0) return;
    yield page;
    last = page.at(-1)!.id;
    left -= page.length;
  }
}

async function printLines(pages: AsyncIterable<readonly Tenant[]>): Promise<void> {
  let isEmpty = true;
  for await (const page of pages) {
    isEmpty = false;
    console.log(linesOf(page));
  }
  if (isEmpty) console.log("There are no tenants.");
}

/** In columns, as far as a page goes. */
function linesOf(page: readonly Tenant[]): string {
  const width = (of: (tenant: Tenant) => string) =>
    Math.min(COLUMN_MAX, Math.max(...page.map((tenant) => of(tenant).length)));
  const [ids, names] = [width(({ id }) => id), width(({ name }) => name)];
  return page.map(({ id, name, suspended, limits }) =>
    `${id.padEnd(ids)}  ${name.padEnd(names)}  ${suspended ? "suspended" : "active   "}  ` +
    (limitsText(limits) ?? "no limits")
  ).join("\n");
}

/** One object, a page of it a line. */
async function printJson(pages: AsyncIterable<readonly Tenant[]>): Promise<void> {
  let before = '{"tenants":[';
  for await (const page of pages) {
    console.log(before + page.map((tenant) => JSON.stringify(tenant)).join(","));
    before = ",";
  }
  console.log(before === "," ? "]}" : `${before}]}`);
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  const message = `Cannot read --limit: it is "${text}", expected a whole number of at least 1`;
  throw new GomcpError("invalid_request", message);
}

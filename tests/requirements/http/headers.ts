/** The headers that repeat what a modern request says. */
import { assertEquals } from "@std/assert";
import { modern, modernCall, type RequestMessage } from "../../support/mcp.ts";
import type { Reply } from "../../support/server.ts";
import { MODERN_ONLY } from "../row.ts";
import type { Changes, HttpClient, HttpRow } from "./row.ts";

const MISMATCH = -32020;
const REGION = "test_x_mcp_header";

function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return `=?base64?${btoa(String.fromCharCode(...bytes))}?=`;
}

function assertMismatch(reply: Reply, what: string): void {
  const { error, id } = reply.json ?? {};
  assertEquals([reply.status, error?.code, id !== undefined], [400, MISMATCH, true], what);
}

/** What is refused when this header is each of these, and what passes. */
async function tryValues(
  client: HttpClient,
  message: RequestMessage,
  header: string,
  { refused, taken }: Record<"refused" | "taken", readonly (string | undefined)[]>,
): Promise<void> {
  for (const value of refused) {
    assertMismatch(await client.post(message, { [header]: value }), `${header}: ${value}`);
  }
  for (const value of taken) {
    assertEquals((await client.post(message, { [header]: value })).status, 200, `${value}`);
  }
}

const NAMED = {
  "tools/call": ["name", "test_simple_text"],
  "prompts/get": ["name", "test_simple_prompt"],
  "resources/read": ["uri", "test://static-text"],
} as const;

/** `headers` are those of the arguments. */
async function callRegion(client: HttpClient, args: unknown, headers: Changes): Promise<Reply> {
  return await client.post(modernCall("call", REGION, args), headers);
}

type Part = Omit<HttpRow, "revisions">;

const parts: readonly Part[] = [
  {
    id: "version-header",
    section: "basic/transports#protocol-version-header",
    async run(client) {
      await tryValues(client, client.call(), "mcp-protocol-version", {
        refused: [undefined, "2025-11-25", "2099-01-01", "", "2026-07-28x"],
        taken: ["2026-07-28", " 2026-07-28 ", base64("2026-07-28")],
      });
    },
  },
  {
    id: "version-header-without-metadata",
    section: "basic/transports#protocol-version-header",
    async run(client) {
      const { params: { _meta, ...params }, ...rest } = client.call();
      const reply = await client.post({ ...rest, params }, { "mcp-method": "tools/call" });
      assertEquals([reply.status, reply.json.error.code], [400, -32602]);
    },
  },
  {
    id: "method-header",
    section: "basic/transports#standard-headers",
    async run(client) {
      await tryValues(client, client.call(), "mcp-method", {
        refused: [undefined, "tools/list", "Tools/Call", "", "tools/call,tools/call"],
        taken: ["tools/call", " tools/call\t", base64("tools/call")],
      });
    },
  },
  {
    id: "name-header",
    section: "basic/transports#standard-headers",
    async run(client) {
      for (const [method, [param, name]] of Object.entries(NAMED)) {
        await tryValues(client, modern("named", method, { [param]: name }), "mcp-name", {
          refused: [undefined, "other", name.toUpperCase(), "", base64("other"), "=?base64?%?="],
          taken: [name, ` ${name} `, base64(name)],
        });
      }
    },
  },
  {
    id: "name-header-of-what-headers-cannot-hold",
    section: "basic/transports#standard-headers",
    async run(client) {
      const uri = "test://template/ü/data";
      const message = modern("named", "resources/read", { uri });
      const reply = await client.post(message, { "mcp-name": base64(uri) });
      assertEquals(reply.json.result.contents[0].uri, uri);
    },
  },
  {
    id: "name-header-where-nothing-is-named",
    section: "basic/transports#standard-headers",
    async run(client) {
      for (const method of ["tools/list", "server/discover", "resources/list"]) {
        const { status } = await client.post(modern("list", method));
        assertEquals(status, 200, method);
      }
    },
  },
  {
    id: "names-of-headers-have-no-case",
    section: "basic/transports#standard-headers",
    async run(client) {
      const { "mcp-method": method, "mcp-name": name, ...rest } = client.headers(client.call());
      const init = {
        method: "POST",
        body: JSON.stringify(client.call()),
        headers: { ...rest, "MCP-METHOD": method!, "Mcp-Name": name! },
      };
      assertEquals((await client.server.request("/mcp", init)).status, 200);
    },
  },
  {
    id: "parameter-headers",
    section: "server/tools#x-mcp-header",
    async run(client) {
      const region = "eu-west";
      const taken = [region, ` ${region} `, base64(region)];
      for (const value of taken) {
        const reply = await callRegion(client, { region }, { "mcp-param-region": value });
        assertEquals(reply.json.result?.content[0].text, "eu-west ");
      }
      for (const value of [undefined, "us", "EU-WEST", "", base64("us"), "=?base64?x?="]) {
        const reply = await callRegion(client, { region }, { "mcp-param-region": value });
        assertMismatch(reply, `${value}`);
      }
      const wide = await callRegion(client, { region: "süd" }, {
        "mcp-param-region": base64("süd"),
      });
      assertEquals(wide.json.result.content[0].text, "süd ");
    },
  },
  {
    id: "parameter-headers-of-numbers",
    section: "server/tools#x-mcp-header",
    async run(client) {
      const send = (level: unknown, header: string | undefined) =>
        callRegion(client, { region: "eu", level }, {
          "mcp-param-region": "eu",
          "mcp-param-level": header,
        });
      for (const header of ["7", "7.0", "07"]) assertEquals((await send(7, header)).status, 200);
      for (const header of ["8", "seven", "", undefined]) {
        assertMismatch(await send(7, header), `${header}`);
      }
      // What is not there has no header.
      for (const absent of [undefined, null]) {
        assertMismatch(await send(absent, "7"), `${absent}`);
      }
      assertEquals((await send(undefined, undefined)).status, 200);
    },
  },
];

export const headers: readonly HttpRow[] = parts.map((part) => ({
  ...part,
  revisions: MODERN_ONLY,
}));

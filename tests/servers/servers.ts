/** Servers of others, from npm, that start without credentials: what they offer is looked at as it is. */

/** How a server is started, and what it was when it was looked at. */
export interface KnownServer {
  /** The file's name. */
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly args?: readonly string[];
  /** Values that only have to be there. */
  readonly env?: Readonly<Record<string, string>>;
}

export const SERVERS: readonly KnownServer[] = [
  { name: "everything", package: "@modelcontextprotocol/server-everything", version: "2026.8.31" },
  {
    name: "filesystem",
    package: "@modelcontextprotocol/server-filesystem",
    version: "2026.8.31",
    args: ["."],
  },
  { name: "memory", package: "@modelcontextprotocol/server-memory", version: "2026.8.31" },
  {
    name: "sequential-thinking",
    package: "@modelcontextprotocol/server-sequential-thinking",
    version: "2026.8.31",
  },
  { name: "github", package: "@modelcontextprotocol/server-github", version: "2025.4.8" },
  {
    name: "gitlab",
    package: "@modelcontextprotocol/server-gitlab",
    version: "2025.4.25",
    env: { GITLAB_PERSONAL_ACCESS_TOKEN: "none" },
  },
  { name: "context7", package: "@upstash/context7-mcp", version: "4.1.1" },
  { name: "playwright", package: "@playwright/mcp", version: "0.0.83" },
  { name: "chrome-devtools", package: "chrome-devtools-mcp", version: "1.11.0" },
  { name: "eslint", package: "@eslint/mcp", version: "0.3.13" },
  { name: "code-runner", package: "mcp-server-code-runner", version: "0.1.8" },
  {
    name: "notion",
    package: "@notionhq/notion-mcp-server",
    version: "2.5.2",
    env: { NOTION_TOKEN: "none" },
  },
  { name: "airbnb", package: "@openbnb/mcp-server-airbnb", version: "0.3.0" },
  { name: "antv-chart", package: "@antv/mcp-server-chart", version: "0.9.10" },
  { name: "git", package: "@cyanheads/git-mcp-server", version: "2.15.3" },
  { name: "mongodb", package: "mongodb-mcp-server", version: "3.0.4" },
  { name: "duckduckgo", package: "duckduckgo-mcp-server", version: "0.1.2" },
  {
    name: "gitlab-zereight",
    package: "@zereight/mcp-gitlab",
    version: "2.1.64",
    env: { GITLAB_PERSONAL_ACCESS_TOKEN: "none" },
  },
  { name: "desktop-commander", package: "@wonderwhy-er/desktop-commander", version: "0.2.52" },
  { name: "kubernetes", package: "mcp-server-kubernetes", version: "4.1.7" },
  {
    name: "firecrawl",
    package: "firecrawl-mcp",
    version: "3.26.0",
    env: { FIRECRAWL_API_KEY: "none" },
  },
  { name: "tavily", package: "tavily-mcp", version: "0.2.22", env: { TAVILY_API_KEY: "none" } },
  {
    name: "asana",
    package: "@roychri/mcp-server-asana",
    version: "1.8.0",
    env: { ASANA_ACCESS_TOKEN: "none" },
  },
  {
    name: "hubspot",
    package: "@hubspot/mcp-server",
    version: "0.4.0",
    env: { PRIVATE_APP_ACCESS_TOKEN: "none" },
  },
];

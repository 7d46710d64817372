/** The errors that real servers' definitions have, each looked at. */

export interface Verdict {
  readonly server: string;
  /** Rule, tool and place. */
  readonly error: string;
  /** Why it is one. */
  readonly why: string;
}

export const VERDICTS: readonly Verdict[] = [
  {
    server: "hubspot",
    error:
      "GM212 hubspot-search-objects/inputSchema/properties/filterGroups/items/properties/filters" +
      "/items/properties/values",
    why:
      'true: the schema is {"type": "array", "description": …} with no items at all, which OpenAI\'s ' +
      "API answers with a 400 and VS Code refuses",
  },
];

/** The clients and model APIs that tools may have to work with. */

/**
 * `anthropic`, `openai` and `gemini` are the model APIs, which a client passes definitions on to;
 * `vscode` is GitHub Copilot in VS Code; `strict` are the modes of OpenAI and Anthropic in which
 * the schema binds what the model may write.
 */
export const PROFILES = ["anthropic", "openai", "gemini", "vscode", "strict"] as const;

export type Profile = (typeof PROFILES)[number];

/** Unless somebody says otherwise: a public server meets all of them, and strict mode is a choice. */
export const DEFAULT_PROFILES: readonly Profile[] = ["anthropic", "openai", "gemini", "vscode"];

/** What people call them. */
export const PROFILE_NAMES: Readonly<Record<Profile, string>> = {
  anthropic: "Anthropic's API",
  openai: "OpenAI's API",
  gemini: "Gemini's API",
  vscode: "VS Code",
  strict: "strict mode",
};

/** The chosen ones among those that a rule is about, as a text; empty when there is none. */
export function among(chosen: readonly Profile[], about: readonly Profile[]): string {
  return about.filter((profile) => chosen.includes(profile)).map((each) => PROFILE_NAMES[each])
    .join(", ");
}

/** Secrets as one knows them by their shape: the prefixes and lengths that their makers publish. */

interface Shape {
  readonly name: string;
  readonly source: string;
}

const SHAPES: readonly Shape[] = [
  {
    name: "private_key",
    // In JSON text, line ends are two characters.
    source:
      "-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?",
  },
  { name: "aws_key_id", source: "\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b" },
  { name: "github_token", source: "\\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})" },
  { name: "gitlab_token", source: "\\bglpat-[A-Za-z0-9_-]{20}" },
  { name: "slack_token", source: "\\bxox[abeoprs]-[A-Za-z0-9-]{20}" },
  { name: "stripe_key", source: "\\b[rs]k_(?:live|test)_[A-Za-z0-9]{20}" },
  { name: "model_key", source: "\\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{32}" },
  { name: "google_key", source: "\\bAIza[0-9A-Za-z_-]{35}|\\bya29\\.[0-9A-Za-z_-]{30}" },
  { name: "npm_token", source: "\\bnpm_[A-Za-z0-9]{36}\\b" },
  { name: "pypi_token", source: "\\bpypi-AgE[A-Za-z0-9_-]{50}" },
  { name: "huggingface_token", source: "\\bhf_[A-Za-z0-9]{34}\\b" },
  { name: "sendgrid_key", source: "\\bSG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}" },
  { name: "digitalocean_token", source: "\\bdo[opr]_v1_[a-f0-9]{64}\\b" },
  { name: "shopify_token", source: "\\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\\b" },
  {
    name: "jwt",
    source: "\\beyJ[A-Za-z0-9_-]{10,2000}\\.eyJ[A-Za-z0-9_-]{10,4000}\\.[A-Za-z0-9_-]{10,1000}",
  },
];

/** Everything behind the part that tells a secret belongs to it. */
const TAIL = "[A-Za-z0-9_-]{0,400}";
const TAILED = new Set([
  "github_token",
  "gitlab_token",
  "slack_token",
  "stripe_key",
  "model_key",
  "google_key",
  "pypi_token",
]);

const ANY = new RegExp(
  SHAPES.map(({ name, source }) => `(${TAILED.has(name) ? `(?:${source})${TAIL}` : source})`)
    .join("|"),
  "g",
);

/** The expression, for the test that proves it harmless. */
export const SECRET_EXPRESSIONS: readonly RegExp[] = [ANY];

/** A text without its secrets, and how many there were. */
export function maskSecrets(text: string): { readonly text: string; readonly count: number } {
  let count = 0;
  const masked = text.replace(ANY, (_, ...groups) => {
    count++;
    const at = groups.findIndex((group) => group !== undefined);
    return `[masked ${SHAPES[at]!.name}]`;
  });
  return { text: masked, count };
}

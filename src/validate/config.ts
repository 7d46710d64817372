/** The section `validate` of a configuration file. */
import { z } from "zod";
import { SEVERITIES } from "./finding.ts";
import { PROFILES } from "./profiles.ts";
import { RULES } from "./rules/all_rules.ts";

const RULE = z.string().refine((id) => RULES.has(id), {
  error: "a rule of gomcp validate --rules",
});

/** The type of the section; `gomcp.json` has it as `validate`. */
export const VALIDATE_SECTION = z.strictObject({
  profiles: z.array(z.enum(PROFILES)).min(1).optional()
    .describe("the clients that tools are to work with [anthropic, openai, gemini, vscode]"),
  failOn: z.enum(SEVERITIES).optional().describe("the least that makes the command fail [error]"),
  prefix: z.string().max(64).optional().describe("what stands before names where tools are used"),
  rules: z.record(RULE, z.enum(["off", ...SEVERITIES])).optional()
    .describe("what rules are worth, by their ids"),
  ignore: z.array(z.strictObject({
    rule: RULE,
    tool: z.string().optional().describe('a glob for names, such as "github__*" [*]'),
    pointer: z.string().regex(/^(\/|$)/).optional().describe("only here and within"),
    reason: z.string().trim().min(3).describe("why that is right"),
  })).optional().describe("findings that somebody looked at and lets be"),
  limits: z.strictObject({
    toolTokens: z.int().min(1).optional().describe("tokens of one definition [2000]"),
    totalTokens: z.int().min(1).optional().describe("tokens of all definitions [20000]"),
  }).optional(),
  baseline: z.string().min(1).optional().describe(
    "a file, or git:REF, that tools are compared with",
  ),
  samples: z.string().min(1).optional().describe("a file of results by tools' names"),
});

export type ValidateSection = z.infer<typeof VALIDATE_SECTION>;

/** The rules of all families. */
import type { Family } from "../families.ts";
import { COMMAND_RULES } from "./command.ts";
import { CRLF_RULES } from "./crlf.ts";
import { HIDDEN_UNICODE_RULES } from "./hidden_unicode.ts";
import { LDAP_RULES } from "./ldap.ts";
import { PATH_RULES } from "./path_traversal.ts";
import { PROMPT_INJECTION_RULES } from "./prompt_injection.ts";
import type { Rule } from "./rule.ts";
import { SQL_RULES } from "./sql.ts";
import { TEMPLATE_RULES } from "./template.ts";
import { XSS_RULES } from "./xss.ts";

export const RULES: Readonly<Record<Family, readonly Rule[]>> = {
  xss: XSS_RULES,
  sql: SQL_RULES,
  path_traversal: PATH_RULES,
  command: COMMAND_RULES,
  template: TEMPLATE_RULES,
  ldap: LDAP_RULES,
  crlf: CRLF_RULES,
  hidden_unicode: HIDDEN_UNICODE_RULES,
  prompt_injection: PROMPT_INJECTION_RULES,
};

/** SQL that breaks out of the value that it came in. SQL as such, in books and code, is none of it. */
import { after, before, breaksOut, type Place, type Rule } from "./rule.ts";

/** A whole statement stands before the place: this is SQL, not a value that breaks out of one. */
const STATEMENT =
  /\b(?:insert\s+into|update\s+[\w."`]+\s+set|delete\s+from|create\s+(?:or\s+replace\s+)?(?:temp\w*\s+|unique\s+)?\w+|alter\s+\w+|drop\s+\w+|with\s+\w+\s+as|begin|commit|use\s+\w+|grant|revoke|values\s*\(|explain|truncate)\b/i;

function followsStatement(place: Place): boolean {
  const prefix = before(place, 600);
  const select = prefix.search(/\bselect\b/i);
  return STATEMENT.test(prefix) || (select >= 0 && /\bfrom/i.test(prefix.slice(select)));
}

/** Values that break out stand in one line; in programs and books, there are lines before. */
function isInLine(place: Place): boolean {
  return /^[^\n]{0,120}$/.test(before(place, 200));
}

const COMPARISON =
  /^[\s+('"`!~-]{0,8}[\w.@$%]{0,30}[)'"`%]{0,4}\s{0,4}(?:=|<|>|!=|like\b|is\s|in\s?\(|between\b|rlike\b|regexp\b|glob\b|(?:--|#)[\s+-]{0,4}\w{0,8}$|$)/i;
const SUBQUERY =
  /^[\s+('"`!~-]{0,8}(?:select|exists|ascii|substr|substring|length|if|case|sleep|benchmark|pg_sleep|extractvalue|updatexml|updateXML|cast|convert|ord|mid|not|true|false|null|char|elt|row|json_|exp|geometry|polygon|waitfor|1)\b/i;

function isCondition(place: Place): boolean {
  if (!isInLine(place) || !breaksOut(place)) return false;
  const rest = after(place, 120);
  // A word in quotes that happens to be one of SQL's.
  if (/^["'`]\s/.test(rest)) return false;
  return COMPARISON.test(rest) || SUBQUERY.test(rest);
}

/** A value is short, or ends with what closed a string, a list or a number; a sentence does not. */
function isValue(prefix: string): boolean {
  if (prefix.length > 80 || prefix.includes("\n")) return false;
  return /['"`)\d]\s{0,4}$/.test(prefix) || prefix.trim().split(/\s+/).length <= 2;
}

const STACKED =
  /^(?:drop\s+(?:table|database|schema|user|view|index|procedure|login)|delete\s+from|insert\s+into|update\s+[\w.]+\s+set|alter\s+(?:table|user|login|database)|create\s+(?:table|user|login|function|procedure)|exec(?:ute)?[\s(]+\S|truncate\s+table|shutdown\b|declare\s+@|waitfor\s+delay|select\s+(?:pg_sleep|sleep|benchmark|load_|version|user|database)|select\s[\w*,\s]*\bfrom\b|select\s*\(\s*(?:select|sleep|pg_sleep|load_file|\*)|copy\s+[\w(]|grant\s+\w|set\s+@|call\s+\w|merge\s+into|begin\s+dbms|rename\s+table|vacuum\b|attach\s+database)/i;

/** A value and what it is compared with, each in quotes or without. */
const COMPARED =
  /^[\s+(]{0,4}(?:not\s{1,4})?(['"]?)(\w{1,20})(['"]?)\s{0,4}(?:=|like|<=|>=)\s{0,4}['"]?(\w{1,20})/i;

/** Numbers that are compared with each other, and truths: nobody needs the answer. */
const TAUTOLOGY =
  /^[\s+(]*(?:not\s+)?(?:\d+\s*(?:=|<|>|<>|!=|between)\s*\d|true\b|sleep\s*\(|benchmark\s*\(|pg_sleep|\(?select\b|exists\s*\(|ascii\s*\(|substr|extractvalue|updatexml|1\s*(?:--|#|$)|\d+\s*in\s*\()/i;

/** True when a value is compared with itself, or with what makes no difference. */
function isTautology(text: string): boolean {
  const [, opened, left = "", closed, right = ""] = COMPARED.exec(text) ?? [];
  const isSame = opened !== undefined && opened === closed &&
    right.toLowerCase().startsWith(left.toLowerCase());
  return isSame || TAUTOLOGY.test(text);
}

const UNION_REST =
  /^[\s+(]*(?:null\b|\d|@@|@|'|"|\*|char\b|chr\b|concat|group_concat|version|user|database|load_file|table_name|column_name|cast\b|convert\b|unhex|hex\b|\w+\s*(?:,|\(|\|\||from\b)|top\b|all\b|[\w.]+\s+from\b)/i;

/** Words alone, and no number right before what follows: what SQL would hang on is missing. */
function isSentence(prefix: string): boolean {
  return !/[^\w .,:@+\/=-]/.test(prefix) && !/^[ +]{0,4}$|\d[ +]{1,4}$/.test(prefix);
}

const FUNCTION =
  /(?:sleep|benchmark|pg_sleep|extractvalue|updatexml|load_file|receive_message|lo_import|randomblob)$/i;
/** What a function stands behind where it is called in SQL. */
const CALLER =
  /(?:\b(?:or|and|xor|select|when|then|having|where|by|from|union)[\s+(!-]{1,6}|\|\||['"]\s{0,2}[,)+-]{0,2}\s{0,2}|(?:if|select)\([^()]{0,40},|[(,]\s{0,2}|dbms_pipe\.|dbms_lock\.|=\s{0,2})$/i;
const WORD_OF_SQL = /(?:^|['"\d)=,\s+(-])(?:or|and|xor|select|union|if|case|having|by)\b/i;

function isCalled(text: string): boolean {
  return CALLER.test(text.replace(FUNCTION, "")) && WORD_OF_SQL.test(text);
}

const CLAUSE =
  /(?:^|['"\d)])[\s+)]{0,4}(?:(?:order|group)[\s+]{1,4}by|or|and|having|where|limit|union|procedure)\b/gi;
const CLAUSE_CHARS = 160;

/** A clause that hangs on a value, and no statement or line behind it. */
function endsWithClause(text: string): boolean {
  const last = [...text.matchAll(CLAUSE)].at(-1);
  if (last === undefined) return false;
  const rest = text.slice(last.index + last[0].length);
  return rest.length <= CLAUSE_CHARS && !/[\n;]/.test(rest);
}

const WS = "[\\s+]";

export const SQL_RULES: readonly Rule[] = [
  {
    id: "sql/condition",
    family: "sql",
    within: 121,
    lead: "'\"`",
    source: `['"\`]${WS}{0,3}\\){0,3}${WS}{0,3}(?:(?:or|and|xor|having|where|rlike)\\b|\\|\\||&&)`,
    confirm: isCondition,
  },
  {
    id: "sql/comment",
    family: "sql",
    within: 121,
    lead: "'\"`",
    source: `['"\`][\\s+);]{0,4}(?:--|#|\\/\\*)`,
    confirm: (place) =>
      isInLine(place) && breaksOut(place) && /^[\s+*\/-]{0,8}\w{0,12}$/.test(after(place, 24)) &&
      !/["'`]\s*$/.test(after(place, 24)),
  },
  {
    id: "sql/stacked",
    family: "sql",
    within: 81,
    lead: ";",
    source:
      `;${WS}{0,4}(?:drop|delete|insert|update|alter|create|exec|truncate|shutdown|declare|waitfor|select|copy|grant|set|call|merge|begin|rename|vacuum|attach)`,
    confirm: (place) =>
      !followsStatement(place) &&
      STACKED.test(place.match.replace(/^;[\s+]*/, "") + after(place, 120).replaceAll("+", " ")) &&
      isValue(before(place, 2_000)),
  },
  {
    id: "sql/union",
    family: "sql",
    lead: "u",
    source:
      `(?<![a-z])union[\\s+(]{1,4}(?:all[\\s+(]{1,4}|distinct[\\s+]{1,4}|distinctrow[\\s+]{1,4})?select`,
    confirm: (place) =>
      !/\bselect\b/i.test(before(place, 600)) && !isSentence(before(place, 600)) &&
      UNION_REST.test(after(place, 80)),
  },
  {
    id: "sql/function",
    family: "sql",
    lead: "(",
    source:
      `\\((?<=\\b(?:sleep|benchmark|pg_sleep|extractvalue|updatexml|load_file|receive_message|lo_import|randomblob)\\()`,
    cost: 12,
    confirm: (place) => isCalled(before(place, 90)) && !followsStatement(place),
  },
  {
    id: "sql/wait",
    family: "sql",
    lead: "w",
    source: `waitfor${WS}{1,4}(?:delay|time)${WS}{0,4}['"]`,
    confirm: (place) => !followsStatement(place),
  },
  {
    id: "sql/shell",
    family: "sql",
    lead: "_",
    source: "_cmdshell\\b(?<=\\bxp_cmdshell)",
  },
  {
    id: "sql/file",
    family: "sql",
    lead: "'\"",
    source: `['"](?<=\\binto${WS}{1,3}(?:out|dump)file${WS}{0,3}['"])`,
    confirm: (place) => !/^\s*select\b/i.test(place.text.slice(0, 600)),
  },
  {
    id: "sql/cut_off",
    family: "sql",
    lead: "#\\-",
    source: "(?:--|#)[\\s+-]{0,3}$",
    confirm: (place) => endsWithClause(before(place, 200)) && !followsStatement(place),
  },
  {
    id: "sql/number",
    family: "sql",
    within: 25,
    lead: "0-9)",
    source: `[0-9)][\\s+)]{1,4}(?:(?:or|and|xor|having)\\b|\\|\\||&&)`,
    confirm: (place) =>
      isTautology(after(place, 80)) && /^[\w\s.,)('"=%+-]{0,24}$/.test(before(place, 2_000)),
  },
  {
    id: "sql/join",
    family: "sql",
    within: 121,
    lead: "'\"",
    source:
      `['"]\\s{0,3}(?:\\+|\\|\\|)\\s{0,3}\\(?\\s{0,2}(?:select|chr|char|utl_|convert|cast|dbms_|version|extractvalue|@@|unistr|db_name|user)`,
    confirm: (place) => isInLine(place) && breaksOut(place),
  },
  {
    id: "sql/order",
    family: "sql",
    within: 40,
    lead: "'\"0-9)",
    source: `['"0-9)][\\s+)]{1,4}(?:order|group)[\\s+]{1,4}by[\\s+]{1,4}\\d{1,3}`,
    confirm: (place) => !/\bselect\b/i.test(before(place, 600)) && before(place, 60).length < 40,
  },
];

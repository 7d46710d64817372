/** Line ends that bring a header, an answer or a log line of their own. */
import { after, before, type Place, type Rule } from "./rule.ts";

/** Headers whose forgery pays. */
const HEADER =
  /^[ \t]{0,3}(?:(?:set-cookie2|location|refresh|link|host|connection|cookie|authorization|bcc|cc|to|from|subject|referer|status|injected[\w-]*|[a-z]+-[a-z-]+)\s{0,3}:|http\/\d(?:\.\d)?[ \t]+\d{3}|[a-z]{3,7}[ \t]+\S+[ \t]+http\/|<\s{0,2}(?:script|html|svg|img)|rcpt to:|mail from:|data\b|quit\b|(?:flushall|config set|slaveof|set \w+ ))/i;
/** In a transcript of HTTP or in a mail, headers follow headers; what stands before is one line. */
const TRANSCRIPT =
  /^[>< *]{0,4}(?:[a-z][\w-]+:[ \t]*\S|(?:get|post|put|patch|delete|head|options)[ \t]+\S|http\/\d|curl\b|```)/i;
const STRONG =
  /^[ \t]{0,3}(?:set-cookie2?\s{0,3}:|location\s{0,3}:\s{0,3}\S|content-length\s{0,3}:|transfer-encoding\s{0,3}:|bcc\s{0,3}:|http\/1\.\d[ \t]+\d{3}|x-[a-z-]+\s{0,3}:|content-type\s{0,3}:\s{0,3}text\/html|refresh\s{0,3}:|access-control-[a-z-]+\s{0,3}:)/i;

function injectsHeader(place: Place): boolean {
  const rest = after(place, 300);
  const prefix = before(place, 600);
  if (place.decoded || /[\u560a\u560d]/.test(place.match)) {
    return HEADER.test(rest) && !/[\r\n]/.test(prefix);
  }
  return place.match.includes("\r") && STRONG.test(rest) && !/[\r\n]/.test(prefix) &&
    !TRANSCRIPT.test(prefix) && prefix.length <= 200;
}

export const CRLF_RULES: readonly Rule[] = [
  {
    id: "crlf/header",
    family: "crlf",
    lead: "\\r\\n\\u560a\\u560d",
    source: "[\\r\\n\\u560a\\u560d]{1,6}",
    confirm: injectsHeader,
  },
  {
    id: "crlf/log",
    family: "crlf",
    lead: "\\r\\n",
    source: "[\\r\\n]{1,4}[\\[(]?\\d{0,4}[-\\/:.]?",
    confirm: (place) =>
      place.decoded && !/[\r\n]/.test(before(place, 600)) &&
      /^[^\r\n]{0,30}\b(?:info|error|warn(?:ing)?|debug|login|admin|user|root|success\w{0,4}|failed|accepted)\b/i
        .test(place.match.trim() + after(place, 60)),
  },
];

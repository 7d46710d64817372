/** Scripts where a page would run them: tags, handlers, script addresses, breaking out of attributes. */
import { after, before, breaksOut, type Place, type Rule } from "./rule.ts";

/** What scripts of attacks do, and pages seldom do in the first words of a script. */
const PAYLOAD =
  /alert|confirm|prompt\s{0,9}[(`]|eval\s{0,9}\(|document\s{0,9}\.\s{0,9}(?:cookie|domain|location|write)|fromcharcode|xmlhttprequest|new\s{1,9}image|atob|localstorage|sessionstorage|\.src\s{0,9}=|constructor|getscript|import\s{0,9}\(|fetch\s{0,9}\(\s{0,9}["'`]?\s{0,9}(?:https?:)?\/\/|location\s{0,9}[.=]|\bxss\b|javascript:|onerror|throw\b|window\s{0,9}\[|self\s{0,9}\[|top\s{0,9}\[/gi;
const SOURCE = /^[^>]{0,80}?\bsrc\s{0,9}=\s{0,9}(["']?)\s{0,9}(http:|data:|\/\/|\\\\|https:)?/i;
const SCRIPT_CHARS = 240;
const TAG_ENDS_BEFORE = /["'`]\/?>$/;

function isScript(place: Place): boolean {
  const rest = after(place, SCRIPT_CHARS);
  const source = SOURCE.exec(rest);
  if (source !== null) {
    const [, quote, address] = source;
    if (address !== undefined && (quote === "" || address.toLowerCase() !== "https:")) return true;
    if (quote !== "") return TAG_ENDS_BEFORE.test(before(place, 20));
  }
  const start = place.index + place.match.length;
  if (place.ahead.next(PAYLOAD, place.text, start) >= start + SCRIPT_CHARS) return false;
  return rest.split(/<\/script/i, 1)[0]!.search(PAYLOAD) >= 0;
}

/** Handlers that run without a click. */
const RUNS_BY_ITSELF =
  /^<[^<>\s\/][^<>]{0,229}?[\s"'`\/]on(?:error|load\w{0,9}|focus\w{0,3}|blur|toggle|begin|start|finish|end|repeat|animation\w{3,9}|transition\w{3,9}|pageshow|hashchange|popstate|message|resize|scroll\w{0,3}|wheel|mouse\w{2,5}|pointer\w{2,12}|before\w{4,12}|canplay\w{0,7}|play\w{0,3}|auxclick|bounce|show|cut|copy|paste|drag\w{0,5}|unload|webkit\w{5,20}|touch\w{3,6}|time\w{5,6}|volumechange|content\w{5,30})\s{0,4}=\s{0,4}(?!\{)["'`]?([^<>]{1,120})/i;
const RUNS_ON_CLICK =
  /^<[^<>\s\/][^<>]{0,229}?[\s"'`\/]on[a-z]{3,24}\s{0,4}=\s{0,4}(?!\{)["'`]?([^<>]{1,120})/i;
const SELF_PAYLOAD =
  /\w\s*[(`]|location|document\b|javascript|window\b|\bself\b|\btop\b|&#|\\u|alert|confirm|prompt/i;
const CLICK_PAYLOAD =
  /alert\s*[(`]|confirm\s*[(`]|prompt\s*[(`]|eval\s*[(`]|document\s*\.\s*(?:cookie|domain)|atob|fromcharcode|\bxss\b/i;
const HOSTILE_TAG =
  /^<(?:(?:iframe|frame|object|embed|applet|portal)\b[^<>]{0,120}?(?:srcdoc|src|data|code)\s{0,4}=\s{0,4}["'`]?\s{0,4}(?:javascript|vbscript|data:|&lt;|<|\/\/|http:\/\/)|(?:iframe)\b[^<>]{0,120}?srcdoc\s{0,4}=|base\s[^<>]{0,40}?href\s{0,4}=\s{0,4}["']?\s{0,4}(?:javascript|\/\/)|meta\s[^<>]{0,80}?refresh[^<>]{0,80}?(?:javascript|data):|(?:animate|set)\s[^<>]{0,160}?(?:javascript:|alert|onload)|style[^<>]{0,40}>\s{0,4}@import|link\s[^<>]{0,60}?href\s{0,4}=\s{0,4}["']?\s{0,4}(?:javascript|\/\/|data:))/i;
const HOSTILE_STYLE =
  /^<[a-z]{1,20}\s[^<>]{0,120}?style\s{0,4}=[^<>]{0,80}?(?:expression\s{0,4}\(|behavior\s{0,4}:|-moz-binding)/i;
/** Without one of these no tag is hostile, but for what its name says. */
const HANDLER = /[\s"'`\/]on[a-z]{3}|style\s{0,4}=/gi;
const TAG_CHARS = 420;

function isHostileTag({ text, index, ahead }: Place): boolean {
  const tag = text.slice(index, index + TAG_CHARS);
  if (HOSTILE_TAG.test(tag)) return true;
  if (ahead.next(HANDLER, text, index) >= index + TAG_CHARS) return false;
  if (HOSTILE_STYLE.test(tag)) return true;
  const alone = RUNS_BY_ITSELF.exec(tag);
  if (alone !== null && SELF_PAYLOAD.test(alone[1]!)) return true;
  const click = RUNS_ON_CLICK.exec(tag);
  return click !== null && CLICK_PAYLOAD.test(click[1]!);
}

const SCRIPT_ADDRESS =
  /^(?:[^\sa-z%]|%(?:[a-z]\w|\d[a-z])?)*(?:alert|confirm|prompt|eval|document|window|fetch|location|import|atob|string|top|parent|self|open|settimeout|setinterval|function|constructor|this|msgbox|[a-z]\w*=|with\s*\(|throw|new\s|name\b|\[)/i;
/** Browsers take tabs and line ends out of addresses (URL Standard, section 4.4), and no blanks. */
const LEFT_OUT = "[\\t\\r\\n]{0,2}";
const LETTERS = (word: string) => [...word].join(LEFT_OUT);

export const XSS_RULES: readonly Rule[] = [
  {
    id: "xss/script",
    family: "xss",
    lead: "<",
    source: "<[\\s\\/]{0,2}script\\b",
    cost: 3,
    confirm: isScript,
  },
  { id: "xss/tag", family: "xss", lead: "<", source: "<[a-z]{1,12}", confirm: isHostileTag },
  {
    id: "xss/script_address",
    family: "xss",
    lead: "jv",
    source: `(?:${LETTERS("javascript")}|${LETTERS("vbscript")})${LEFT_OUT}:`,
    confirm: (place) =>
      /(?:^|[^\w-])$/.test(before(place, 1)) && SCRIPT_ADDRESS.test(after(place, 80)),
  },
  {
    id: "xss/data_address",
    family: "xss",
    lead: "d",
    source: "(?<![a-z])data:(?:text\\/html|image\\/svg\\+xml|text\\/xml|application\\/xhtml\\+xml)",
    confirm: (place) =>
      /^[^,\s]*,\s*(?:<\s*(?:script|svg[^>]*on|img[^>]*on|body|iframe|html)|PHNjcmlwd|PHN2Zy|PGltZ|PGh0bWw|PGJvZHk)/i
        .test(after(place, 160)) || /^[^,\s]{0,40},[^,]{0,160}alert/i.test(after(place, 200)),
  },
  {
    id: "xss/attribute",
    family: "xss",
    lead: "\"'`",
    source:
      "[\"'`][\\s\\/]{1,3}(?:(?:autofocus|tabindex=\\w{1,3}|style=\\S{1,20}|accesskey=\\S{1,4})[\\s\\/]{1,3}){0,2}on[a-z]{3,24}\\s{0,3}=",
    confirm: (place) =>
      !before(place, 200).includes("<") && breaksOut(place) && SELF_PAYLOAD.test(after(place, 80)),
  },
  {
    id: "xss/script_string",
    family: "xss",
    lead: "\"'`\\\\",
    source:
      "\\\\?[\"'`][ )\\]};,+*^|&<>=?%\\/-]{1,8}(?:(?:alert|confirm|prompt|eval)\\s{0,2}\\(|alert`)",
    confirm: (place) =>
      place.match.startsWith("\\") ||
      (/[)\]};+*^|&<>=?%\/-]/.test(place.match) && breaksOut(place)),
  },
  {
    id: "xss/call",
    family: "xss",
    lead: "(`",
    source: "[(`](?:1|document|\\/xss|['\"`]xss|origin|location|xss)",
    confirm: (place) => /^\W{0,12}(?:alert|confirm|prompt)\W{0,4}$/i.test(before(place, 24)),
  },
];

/** Words that talk to the model instead of about something: reported, since quoting them is no attack. */
import type { Rule } from "./rule.ts";

const ALL = "(?:(?:all|any|every|the|your|my|our|these|those|of)\\s{1,3}){0,4}";
const EARLIER =
  "(?:(?:previous|prior|above|earlier|preceding|former|existing|original|initial|past|system|safety|current|foregoing)(?:ly)?\\s{1,3}(?:given\\s{1,3})?)";
const ORDERS =
  "(?:instructions?|prompts?|rules?|directions?|directives?|guidelines?|commands?|context|messages?|constraints?|policies|policy|orders|text|filters?|restrictions?|training|programming|safeguards?)";

function rule(name: string, lead: string, source: string, words: readonly string[]): Rule {
  return { id: `prompt_injection/${name}`, family: "prompt_injection", lead, source, words };
}

export const PROMPT_INJECTION_RULES: readonly Rule[] = [
  rule(
    "ignore",
    "idfonbs",
    `(?:ignore|disregard|forget|override|overlook|neglect|bypass|discard|skip|dismiss)\\s{1,3}${ALL}${EARLIER}{1,2}${ORDERS}`,
    [
      "ignore ",
      "disregard ",
      "forget ",
      "override ",
      "overlook ",
      "neglect ",
      "bypass ",
      "discard ",
      "skip ",
      "dismiss ",
    ],
  ),
  rule(
    "ignore_all",
    "idfonbs",
    `(?:ignore|disregard|forget|override|bypass|discard)\\s{1,3}(?:all|any|every|your|everything)\\s{1,3}(?:(?:of\\s{1,3})?(?:your|the|these|my|other)\\s{1,3})?(?:${ORDERS}|(?:you\\s{1,3}(?:were|have|know|'ve))|(?:above|before|prior|previous))`,
    ["ignore ", "disregard ", "forget ", "override ", "bypass ", "discard "],
  ),
  rule(
    "reveal",
    "rpsotdlewg",
    `(?:reveal|print|show|output|repeat|tell|display|leak|expose|write|give|dump|share|disclose|recite|list)\\s{1,3}(?:me\\s{1,3}|us\\s{1,3}|back\\s{1,3}|out\\s{1,3})?(?:your|the|its)\\s{1,3}(?:(?:full|entire|complete|hidden|secret|original|initial|exact|verbatim|whole)\\s{1,3}){0,2}(?:system\\s{1,3}(?:prompt|message|instructions?)|initial\\s{1,3}(?:prompt|instructions?)|hidden\\s{1,3}(?:prompt|instructions?)|secret\\s{1,3}(?:prompt|instructions?)|developer\\s{1,3}(?:prompt|message))`,
    [
      "reveal ",
      "print ",
      "show ",
      "output ",
      "repeat ",
      "tell ",
      "display ",
      "leak ",
      "expose ",
      "write ",
      "give ",
      "dump ",
      "share ",
      "disclose ",
      "recite ",
      "list ",
    ],
  ),
  rule(
    "role",
    "yfa",
    `(?:you\\s{1,3}are\\s{1,3}(?:now\\s{1,3})?(?:dan\\b|in\\s{1,3}developer\\s{1,3}mode|no\\s{1,3}longer\\s{1,3}(?:bound|an?\\s{1,3}ai|restricted|claude|chatgpt)|an?\\s{1,3}(?:unrestricted|unfiltered|uncensored|jailbroken|evil))|from\\s{1,3}now\\s{1,3}on,?\\s{1,3}you\\s{1,3}(?:are|will|must|have|act|answer|respond|only)|act\\s{1,3}as\\s{1,3}(?:if\\s{1,3}you\\s{1,3}(?:have|had)\\s{1,3}no|an?\\s{1,3}(?:unrestricted|unfiltered|uncensored|jailbroken)|dan\\b))`,
    ["you are ", "from now on", "act as "],
  ),
  rule(
    "mode",
    "aedjsu",
    `(?:(?:enable|enter|activate|switch\\s{1,3}to)\\s{1,3}(?:developer|dan|god|jailbreak|debug|admin|unrestricted|sudo)\\s{1,3}mode|do\\s{1,3}anything\\s{1,3}now|jailbreak(?:ed)?\\s{1,3}mode|developer\\s{1,3}mode\\s{1,3}(?:enabled|on|output))`,
    [
      "enable ",
      "enter ",
      "activate ",
      "switch to ",
      "do anything now",
      "jailbreak",
      "developer mode",
    ],
  ),
  rule(
    "marker",
    "<\\[#",
    "(?:<\\|(?:im_start|im_end|system|endoftext|start_header_id|eot_id|begin_of_text)\\|?>?|\\[\\/?INST\\]|<<\\/?SYS>>|#{2,4}\\s{0,3}(?:system|new\\s{1,3}instructions?|instructions?\\s{1,3}override)\\s{0,3}:?\\s|<\\/?(?:system|system_prompt|important|instructions|secret|hidden)>|\\[(?:system|admin|system\\s{1,3}message|system\\s{1,3}note)\\]\\s{0,3}:?)",
    [],
  ),
  rule(
    "order",
    "nsi",
    "(?:new\\s{1,3}(?:system\\s{1,3})?(?:instructions?|prompt|task|directive)\\s{0,3}:|system\\s{0,2}(?:prompt|message|override|note|update|alert)?\\s{0,2}:\\s{0,3}(?:you|ignore|the\\s{1,3}user|from|disregard|all|new|do|please|override)|important\\s{0,2}(?:instruction|system\\s{1,3}message)s?\\s{0,2}(?:for|to)\\s{1,3}(?:the\\s{1,3})?(?:ai|assistant|model|llm|agent|bot|claude|chatgpt))",
    ["new ", "system", "important"],
  ),
  rule(
    "secret",
    "dnhw",
    "(?:do\\s{1,3}not|don't|never|without)\\s{1,3}(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|notify(?:ing)?|alert(?:ing)?|reveal(?:ing)?|ask(?:ing)?|show(?:ing)?)\\s{1,3}(?:(?:this|it|anything|that)\\s{1,3})?(?:to\\s{1,3})?(?:the\\s{1,3}|your\\s{1,3})?(?:user|human|operator|owner)\\b",
    ["do not ", "don't ", "never ", "without "],
  ),
  rule(
    "addressed",
    "aildthn",
    "(?:attention|dear|hey|note\\s{1,3}to|instructions?\\s{1,3}(?:for|to)|if\\s{1,3}you\\s{1,3}are|this\\s{1,3}is\\s{1,3}a\\s{1,3}message\\s{1,3}(?:for|to))\\s{0,3}[,:]?\\s{0,3}(?:an?\\s{1,3}|the\\s{1,3}|any\\s{1,3}|all\\s{1,3})?(?:ai|llm|language\\s{1,3}model|assistant|chatbot|ai\\s{1,3}agent|agents|large\\s{1,3}language\\s{1,3}model)s?\\b[,:]?\\s{1,3}(?:assistant|agent|model|reading|processing|you|please|ignore|must|summari[sz]ing|should|,)",
    ["attention", "dear", "hey", "note to", "instruction", "if you are", "this is a message"],
  ),
  rule(
    "before_use",
    "bu",
    "(?:before\\s{1,3}(?:using|calling|running|invoking)\\s{1,3}(?:this|any|the)\\s{1,3}tool,?\\s{1,3}(?:you\\s{1,3}must|always|first|read|send|please|call)|use\\s{1,3}this\\s{1,3}tool\\s{1,3}instead\\s{1,3}of\\s{1,3})",
    ["before ", "use this tool"],
  ),
  rule(
    "exfiltrate",
    "sfpeu",
    "(?:send|forward|post|exfiltrate|email|upload)\\s{1,3}(?:all\\s{1,3}|any\\s{1,3}|the\\s{1,3}|every\\s{1,3}|this\\s{1,3}|your\\s{1,3}|it\\s{1,3}){0,2}(?:(?:user'?s?|conversation|chat|api|secret|private|previous|entire|whole|customer)\\s{1,3}){0,2}(?:history|conversation|keys?|credentials|passwords?|secrets?|tokens?|data|files|emails?|messages|contents?|inbox)\\s{1,3}(?:to|at)\\s{1,3}(?:https?:|\\S{1,40}@|the\\s{1,3}following|attacker)",
    ["send ", "forward ", "post ", "exfiltrate ", "email ", "upload "],
  ),
  rule(
    "other_languages",
    "ivo\\u5ffd\\u65e0\\u5ffd\\u0438\\u0418\\u4ee5\\u4e4b",
    "(?:ignorier(?:e|en\\s{1,3}sie)\\s{1,3}(?:alle\\s{1,3}|die\\s{1,3}|deine\\s{1,3}){0,2}(?:vorherigen|bisherigen|vorigen|obigen)\\s{1,3}(?:anweisungen|befehle|regeln)|ignor(?:a|e|ez|er)\\s{1,3}(?:todas\\s{1,3}|toutes\\s{1,3}|tutte\\s{1,3}|las\\s{1,3}|les\\s{1,3}|le\\s{1,3}|as\\s{1,3}){0,3}(?:instrucciones|instructions|istruzioni|instru\\u00e7\\u00f5es)\\s{1,3}(?:anteriores|pr\\u00e9c\\u00e9dentes|precedenti)|oublie[z]?\\s{1,3}(?:toutes\\s{1,3})?(?:les|tes|vos)\\s{1,3}instructions|\\u5ffd\\u7565.{0,12}(?:\\u6307\\u4ee4|\\u6307\\u793a|\\u63d0\\u793a)|\\u65e0\\u89c6.{0,12}(?:\\u6307\\u4ee4|\\u6307\\u793a)|(?:\\u4ee5\\u524d|\\u4e4b\\u524d).{0,6}\\u6307\\u793a.{0,6}\\u7121\\u8996|\\u0438\\u0433\\u043d\\u043e\\u0440\\u0438\\u0440\\u0443\\u0439.{0,24}\\u0438\\u043d\\u0441\\u0442\\u0440\\u0443\\u043a\\u0446)",
    ["ignor", "oublie"],
  ),
];

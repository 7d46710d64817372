/** Template expressions that compute, reach into the language, or ask a directory. */
import { after, before, type Place, type Rule } from "./rule.ts";

/** What no author of a template writes: probes, */
const PROBE =
  /^[\s=(\[{"'@-]{0,8}(?:\d{1,9}\s{0,3}[*+\/-]\s{0,3}['"]?\d{1,9}['"]?\s{0,4}[}%\])>*]|'\d{1,4}'\s{0,3}\*\s{0,3}\d|\d{1,4}\s{0,3}\*\s{0,3}'\d)|^\s{0,3}(?:self|config|settings)\s{0,3}\}\}/i;
/** and ways from a value to the machine. */
const HOSTILE =
  /__(?:class|mro|subclasses|globals|builtins|import|init|base|bases|getattribute|getitem|self|code|dict)__|\bT\s{0,2}\(\s{0,2}java|\bjndi\s{0,2}:|\bgetruntime\s{0,2}\(|java\.lang\.|freemarker\.template|\.constructor\s{0,2}[.(\[]|\bconstructor\s{0,2}\.\s{0,2}constructor|\['constructor'\]|process\.mainmodule|process\.binding|child_process|global\.process|\bsystem\s{0,2}\(\s{0,2}['"]|\bpopen\s{0,2}\(|\bexec\s{0,2}\(\s{0,2}['"]|\bpassthru\s{0,2}\(|shell_exec|\blipsum\b|\bcycler\b|\bjoiner\b|\b_self\b|config\.(?:items|from_object|secret_key|__)|settings\.secret_key|request\.application|request\|attr|\|\s{0,3}attr\s{0,3}\(|\bimport\s+os\b|(?:file|io|dir)\.(?:open|read|entries|popen)\s{0,2}\(|%x[({\[]|\?new\s{0,2}\(|\bclass\.(?:inspect|forname|classloader|getclass)|getclass\s{0,2}\(\s{0,2}\)|classloader|runtime\.exec|\bdump\s{0,2}\(\s{0,2}app|\.environment\.|filter\s{0,2}\(\s{0,2}['"](?:system|exec|passthru)|(?:map|sort|reduce|filter)\s{0,2}\(\s{0,2}['"](?:system|exec|passthru)|registerundefinedfiltercallback|\b(?:lower|upper|env|sys|date|ctx|main|java|bundle|k8s|base64|script|dns|url|const)\s{0,2}:[^}]{0,60}\$\{|\$\{(?:lower|upper|env|sys|::-|date|java|script|dns)|alert\s{0,2}\(|@java|%23_memberaccess|#_memberaccess|#context\b|@ognl|ognl\.|new\s+java\.|processbuilder|\bphpinfo\s{0,2}\(|debug\s{0,3}%\}|fetch\s{0,2}\(\s{0,2}['"]\/\//gi;

/** Between the place and its end; which lies within a line. */
function isHostile(place: Place): boolean {
  const rest = after(place, 300);
  const close = /[\]})%]\s{0,2}[}>\]]|\}|\)/.exec(rest);
  const end = close === null ? rest.length : rest.lastIndexOf("}") + 1 || rest.length;
  const inside = rest.slice(0, Math.max(end, 40)).split("\n", 1)[0]!;
  if (PROBE.test(inside)) return true;
  const start = place.index + place.match.length;
  const next = place.ahead.next(HOSTILE, place.text, start);
  if (next >= start + inside.length) return false;
  HOSTILE.lastIndex = 0;
  return HOSTILE.test(inside);
}

const ALONE_ENOUGH = /^[^\n]{0,400}$/;

export const TEMPLATE_RULES: readonly Rule[] = [
  {
    id: "template/expression",
    family: "template",
    lead: "{$#*@<[%~",
    source: "(?:\\{[{%#]|[$#*@~%]\\{|<%[=\\s-]|\\[\\[\\$|\\{php|\\{system|\\{\\$smarty|@\\()",
    cost: 8,
    confirm: isHostile,
  },
  {
    id: "template/directive",
    family: "template",
    within: 400,
    lead: "#<",
    source:
      "(?:#set\\s{0,3}\\(|<#assign\\b|#evaluate\\s{0,3}\\(|#include\\s{0,3}\\(|#parse\\s{0,3}\\(|<#include)",
    confirm: (place) =>
      ALONE_ENOUGH.test(place.text) &&
      /class|inspect|forname|getruntime|exec|freemarker|\?new|\d\s*\*\s*\d|etc|runtime/i
        .test(after(place, 300)),
  },
  {
    id: "template/smarty",
    family: "template",
    lead: "{",
    source:
      "\\{(?:php\\}|system\\(|exec\\(|passthru\\(|if\\s{1,3}(?:system|phpinfo|exec)\\(|\\$smarty\\.(?:version|template_object))",
    confirm: (place) => !/\bfunction\b|=>\s*$/.test(before(place, 40)),
  },
];

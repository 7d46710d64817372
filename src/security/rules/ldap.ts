/** Values that close the filter of a directory search and open another. */
import { after, before, type Place, type Rule } from "./rule.ts";

/** True when the place closes a parenthesis that the value never opened. */
function closesForeign(place: Place): boolean {
  const prefix = before(place, 400);
  if (prefix.length > 120 || /[\n;{}]/.test(prefix)) return false;
  let depth = 0;
  for (const char of prefix) {
    if (char === "(") depth++;
    else if (char === ")") depth--;
  }
  return depth <= 0;
}

const ATTRIBUTE = /^\s{0,3}(?:[|&!]|\(|\)|[\w.;-]{1,40}\s{0,3}[~<>:]{0,2}=)/;

export const LDAP_RULES: readonly Rule[] = [
  {
    id: "ldap/filter",
    family: "ldap",
    within: 121,
    lead: ")",
    source: "\\){1,3}\\s{0,3}[(&|]",
    confirm: (place) =>
      closesForeign(place) &&
      (ATTRIBUTE.test(after(place, 60)) || /^\s{0,3}[)|&(]/.test(after(place, 10))) &&
      /(?:^|[\w*@.\\ -])$/.test(before(place, 1)) &&
      !/^\s{0,3}[=-]?>/.test(after(place, 6)),
  },
  {
    id: "ldap/star",
    family: "ldap",
    within: 31,
    lead: "*",
    source: "\\*\\s{0,2}\\(?\\)",
    confirm: (place) =>
      closesForeign(place) && /^[\w@.*\\ -]{0,30}$/.test(before(place, 60)) &&
      /^(?:\)|\s{0,3}[(|&%\0]|\s{0,3}$)/.test(after(place, 20)),
  },
];

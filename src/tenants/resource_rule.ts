/**
 * Access rules of resources. One address can be written in many ways, of which the rule has one:
 * what is denied in any of them is denied, and what is allowed must be so as it is understood.
 */
import { decodePercents, decodings } from "../base/percent.ts";
import type { VisibleNames } from "../pipeline/access.ts";
import { compileRule, type RuleParts } from "./name_rule.ts";

/** Nobody encodes an address so often who does not want to hide it. */
const DECODINGS_MAX = 4;
const WILD = /%(?:2a|3f)/i;

/** Makes the rule that `VisibleNames.allowsResource` is; it is compiled when it is first asked. */
export function compileResourceRule(parts: RuleParts): VisibleNames["allowsResource"] {
  const { allowed, denied, scopes } = parts;
  if (allowed === undefined && denied.length === 0 && scopes === undefined) return () => true;
  let rule: VisibleNames["allowsResource"] | undefined;
  return (own, addresses) => (rule ??= compile(parts))(own, addresses);
}

function compile({ allowed, denied, scopes }: RuleParts): VisibleNames["allowsResource"] {
  const isUndenied = compileRule({
    allowed: undefined,
    denied: [...denied, ...denied.map(decodePercents)],
    scopes: undefined,
  });
  const lists = [allowed, scopes].filter((globs) => globs !== undefined).map((globs) =>
    compileRule({ allowed: [...globs, ...globs.map(decodeTame)], denied: [], scopes: undefined })
  );
  const isDenied = (text: string) => decodings(text, DECODINGS_MAX)?.every(isUndenied) !== true;
  return (own, addresses = []) => {
    if (denied.length > 0 && [own, ...addresses].some(isDenied)) return false;
    const [canonical = own] = addresses;
    return lists.every((fits) => fits(own) || fits(canonical));
  };
}

/** A "*" that was written as %2A stands for itself: decoded it would allow everything. */
function decodeTame(glob: string): string {
  return WILD.test(glob) ? glob : decodePercents(glob);
}

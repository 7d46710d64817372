/** What the words of a definition order, and how grave that is. */
import { LIMITS } from "../../base/limits.ts";
import { look } from "../../security/look.ts";
import { type Budget, type Matcher, matcherOf, Subject } from "../../security/matcher.ts";
import { wordsOf } from "../words.ts";
import { withoutHonestWords } from "./honest_words.ts";
import { isPoison } from "./poison_patterns.ts";

type Searched = "hidden_unicode" | "prompt_injection";

const matchers: { [K in Searched]?: Matcher } = {};

/** Which of security's rules a text breaks; undefined for none. */
export function brokenRule(text: string, family: Searched): string | undefined {
  const matcher = matchers[family] ??= matcherOf([family], "text")!;
  const budget: Budget = { looks: LIMITS.argumentLooksMax };
  return matcher.find(new Subject(text, look(text, matcher.inWords)), budget)?.id;
}

/** Words of a rule's id that are told by GM312. */
export const STEERING = "prompt_injection/before_use";

/** Which of security's rules for words that talk to a model a text breaks; undefined for none. */
export const injectionIn = remembered((text) => brokenRule(text, "prompt_injection"));

/** What a text orders, and how grave that is. */
export const orderIn = remembered(findOrder);

function findOrder(whole: string): [string, { severity: "error" | "warning" }] | undefined {
  const text = withoutHonestWords(whole);
  const lower = text.toLowerCase();
  if (isPoison("conceal", text, lower)) {
    return ["the text asks to keep something from the user", ERROR];
  }
  if (isPoison("handOver", text, lower) || isPoison("keys", text, lower)) {
    return ["the text asks to hand over more than the tool takes", ERROR];
  }
  if (isPoison("files", text, lower)) {
    return ["the text names files that hold keys, and what to do with them", ERROR];
  }
  if (isPoison("disobey", text, lower)) {
    return ["the text says what the user agrees to, or is not to be asked", ERROR];
  }
  if (isPoison("comment", text, lower)) {
    return ["the text speaks to the model in a comment that is not shown", ERROR];
  }
  const id = injectionIn(text);
  if (id !== undefined && id !== STEERING) {
    // "Do not ask the user" is said by honest tools, too.
    const isMild = id === "prompt_injection/secret" || id === "prompt_injection/addressed";
    return [`the text gives the model orders (${id.split("/")[1]})`, isMild ? WARNING : ERROR];
  }
  const hidden = decodedOf(text).map(orderIn).find((each) => each !== undefined);
  if (hidden !== undefined) return [`${hidden[0]}, in base64`, hidden[1]];
  if (isPoison("padding", whole.trim(), lower)) {
    return ["the text goes on behind a gap that hides it", WARNING];
  }
  return undefined;
}

/** Base64 of plain words; of what is shorter no order is made. */
const BASE64 = /(?<![\w+/])[A-Za-z0-9+/]{24,4000}={0,2}(?![\w+/])/g;

function decodedOf(text: string): string[] {
  return (text.match(BASE64) ?? []).flatMap((word) => {
    try {
      const decoded = atob(word);
      // Digests and pictures come to anything but words.
      return /^[\n\r\t -~]+$/.test(decoded) ? [decoded] : [];
    } catch {
      return [];
    }
  });
}

/** What a name such as content_from_reading_ssh_id_rsa orders. */
export function orderInName(name: string): string | undefined {
  const words = wordsOf(name);
  if (words.length < 3) return undefined;
  const text = words.join(" ");
  if (KEY_FILE.test(text)) return "it asks for what is in a file that holds keys";
  const [fault, { severity }] = orderIn(text) ?? ["", WARNING];
  return severity === "error" ? fault : undefined;
}

const KEY_FILE =
  /\b(?:contents?|read|reading|dump|copy)\b.{0,40}\b(?:id (?:rsa|ed25519|ecdsa)|ssh|etc (?:passwd|shadow)|mcp json|aws credentials|git credentials|kube ?config|netrc|gnupg|npmrc)\b/;

const KNOWN_MAX = 20_000;

/** Texts come again: arguments of many tools are described alike, and several rules ask. */
function remembered<T>(find: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined || known.has(text)) return before as T;
    const found = find(text);
    if (known.size < KNOWN_MAX) known.set(text, found);
    return found;
  };
}

const ERROR = { severity: "error" } as const;
const WARNING = { severity: "warning" } as const;

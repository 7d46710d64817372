/** What honest definitions say of their own work in the words of an attack. */

/** Things of the tool's user, not of the model: what is put into a note or sent to a channel. */
const NOT_THE_TALK =
  "(?!(?:contents?|conversation|chat|history|everything|prompts?|keys?|secrets?|passwords?|credentials?|tokens?|outputs?|responses?|results?)\\b)";

/** All are bounded. What one finds is no part of the text that is searched for orders. */
export const HONEST: readonly RegExp[] = [
  // "Append the given text to the note": where a tool writes, unless that is an argument.
  new RegExp(
    "\\b(?:append|add|copy|paste|put|include|attach|embed)\\s{1,3}(?:the|its|this|that|any|all)\\s{1,3}" +
      `(?:${NOT_THE_TALK}[\\w-]{1,20}\\s{1,3}){1,5}(?:to|into|in)\\s{1,3}(?:the|a)\\s{1,3}` +
      "(?:notes?|metadata|annotation|audit|feedback)\\b(?!['\"`]|\\s{1,3}(?:parameter|argument|field))",
    "gi",
  ),
  // "Do not notify the user by e-mail": a way of sending, not a silence.
  /\b(?:do\s{1,3}not|don't|never)\s{1,3}(?:notify|alert|inform)\s{1,3}(?:the\s{1,3}|any\s{1,3})?(?:users?|operators?)\s{1,3}(?:by|via|through|over)\s{1,3}(?:an?\s{1,3})?(?:e-?mail|mail|sms|text|push|phone|slack|webhook)\b/gi,
  // "Override existing rules." as a whole sentence: what the tool manages.
  /\b(?:override|discard|skip|dismiss)\s{1,3}(?:(?:the|any|all)\s{1,3})?(?:existing|current|system|past|previous|earlier)\s{1,3}(?:rules?|messages?|filters?|constraints?|text|policy|policies|commands?)\s{0,3}(?=[.;)]|$)/gim,
  // "Send messages to the following channels": people and places of a service.
  /\b(?:send|forward|post|email|upload)\s{1,3}(?:the\s{1,3})?(?:messages|files|emails|data)\s{1,3}to\s{1,3}the\s{1,3}following\s{1,3}(?:channels?|recipients?|rooms?|groups?|members|folders?|buckets?|topics?|queues?)\b/gi,
  // "## System requirements": a heading about the machine.
  /#{2,4}\s{0,3}system\s{1,3}(?:requirements?|dependencies|information|overview|architecture|metrics)\b/gi,
  // "Bearer <secret>": a place to be filled, not a tag that opens.
  /(?:\bbearer\s{1,3}|\bbasic\s{1,3}|\btoken\s{1,3}|[=:"'@])\s{0,3}<(?:secret|hidden)>/gi,
  // "the kubeconfig file at ~/.kube/config": where the server finds its own settings.
  /\b(?:kubeconfig|config(?:uration)?|settings|credentials?|profile)\s{1,3}files?\s{1,3}(?:at|in)\b/gi,
];

/** The text without what honest tools say; the same text when there is none of it. */
export function withoutHonestWords(text: string): string {
  let rest = text;
  for (const words of HONEST) rest = rest.replace(words, " ");
  return rest;
}

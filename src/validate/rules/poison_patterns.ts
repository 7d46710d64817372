/** What poisoned definitions say, beside the words that security looks for in arguments. */

/** All are bounded, and a test shows that none is exponential. */
export const POISON = {
  /** Orders to hand over what the tool has no use for. */
  handOver: new RegExp(
    "(?:pass|include|put|provide|send|append|add|copy|paste|embed)\\s{1,3}(?:its|the|their|all|full|entire|any|that|this" +
      "|your\\s{1,3}(?:full|entire|whole|complete|chat|conversation|system))" +
      "(?:\\s{1,3}[\\w'-]{1,20}){0,5}\\s{1,3}(?:in|as|into|to|through|via)\\s{1,3}(?:the\\s{1,3}|a\\s{1,3})?" +
      "['\"`]?(?:side_?note|notes?|context|metadata|debug|feedback|audit|annotation|telemetry)['\"`]?\\s{0,3}(?:parameter|argument|field)?",
    "i",
  ),
  /** Reasons to keep still about it. */
  conceal: new RegExp(
    "(?:(?:(?:do|must|should|shall|may|can)\\s{1,3}not|don't|mustn't|never|avoid)\\s{1,3}(?:mention|disclose|reveal|tell|inform|notify|alert|say|explain)(?:ing)?\\b" +
      "[^.!?\\n]{0,60}\\b(?:user|human|anyone|anybody|operator)\\b" +
      "|\\b(?:upset|alarm|scare|worry)\\s{1,3}the\\s{1,3}user\\b" +
      "|without\\s{1,3}(?:the\\s{1,3})?user(?:'s)?\\s{1,3}(?:knowledge|consent|noticing|knowing)" +
      "|\\b(?:silently|secretly|covertly)\\s{1,3}(?:send|forward|copy|read|upload|call|run|execute|include|bcc|add)\\b" +
      "|\\b(?:user|human|operator)\\s{1,3}(?:need|must|should|shall)\\s{1,3}not\\s{1,3}(?:hear|know|learn|be\\s{1,3}told)\\s{1,3}(?:of|about)\\s{1,3}(?:it|this|that)\\b" +
      "|keep\\s{1,3}this\\s{1,3}(?:secret|hidden|confidential)\\b)",
    "i",
  ),
  /** Keys that the model has come across, for an argument. */
  keys: new RegExp(
    "\\b(?:send|pass|include|put|provide|copy|append|add|embed)\\b[^.!?\\n]{0,40}" +
      "\\b(?:api\\s{1,3}keys?|credentials|secrets?|passwords?|tokens?)\\s{1,3}" +
      "(?:(?:that\\s{1,3}are\\s{1,3})?(?:found|stored|present|available|contained)\\s{1,3})?(?:in|from)\\s{1,3}" +
      "(?:the\\s{1,3}|your\\s{1,3})?(?:environment|env\\b|conversation|memory|context|chat|history)",
    "i",
  ),
  /** A consent that nobody has given, and a user who is not to be obeyed. */
  disobey: new RegExp(
    "\\buser\\s{1,3}(?:has|have)\\s{1,3}already\\s{1,3}(?:approved|authori[sz]ed|consented|agreed)\\b" +
      "|\\b(?:do\\s{1,3}not|don't|never|stop)\\s{1,3}(?:follow|obey|respect)(?:ing)?\\s{1,3}(?:the\\s{1,3}|any\\s{1,3})?" +
      "(?:user|human|system|developer|previous|other)(?:'s)?\\s{1,3}(?:instructions?|requests?|wishes|orders|rules|prompts?)" +
      "|\\bno\\s{1,3}matter\\s{1,3}what\\s{1,3}the\\s{1,3}(?:user|human)\\s{1,3}(?:says?|asks?|wants?)\\b",
    "i",
  ),
  /** Files that hold keys, together with what to do with them. */
  files: new RegExp(
    "\\b(?:read|open|cat|load|access|fetch|get|include|send|upload|pass|copy|extract|retrieve|print|contents?\\s{1,3}of|files?\\s{1,3}(?:at|in))\\b" +
      "[^.!?\\n]{0,60}(?:~|\\$HOME|/home/[\\w-]{1,32}|/root|/Users/[\\w-]{1,32})?" +
      "(?:/?\\.ssh\\b|\\bid_(?:rsa|ed25519|ecdsa)\\b|/?\\.aws/|/?\\.kube/config|/?\\.gnupg|/?\\.netrc\\b|/etc/(?:passwd|shadow)" +
      "|\\.cursor/mcp\\.json|claude_desktop_config\\.json|\\.git-credentials|/?\\.npmrc\\b|\\.config/gcloud)",
    "i",
  ),
  /** Other tools made to behave otherwise. */
  otherTools: new RegExp(
    "(?:(?:when(?:ever)?|if|before|after|each\\s{1,3}time|every\\s{1,3}time)\\s{1,3}(?:you\\s{1,3})?(?:call(?:ing)?|us(?:e|ing)|invok(?:e|ing)|run(?:ning)?|execut(?:e|ing))" +
      "\\s{1,3}(?:any\\s{1,3}other|another|all\\s{1,3}other|other|the\\s{1,3}other)\\s{1,3}tools?" +
      "|\\balso\\s{1,3}present\\s{1,3}[\\w`'\"-]{1,40}|side\\s{1,3}effects?\\s{1,3}on\\s{1,3}(?:the\\s{1,3})?(?:other|also)\\b" +
      "|instead\\s{1,3}of\\s{1,3}(?:any|all|the)\\s{1,3}other\\s{1,3}tools?" +
      "|instead\\s{1,3}of\\s{1,3}the\\s{1,3}(?:official|original|real)\\s{1,3}(?:[\\w-]{1,20}\\s{1,3}){0,2}tools?" +
      "|call\\s{1,3}this\\s{1,3}(?:tool\\s{1,3})?(?:first\\s{1,3})?before\\s{1,3}(?:any|all|every)\\s{1,3}other\\s{1,3}tools?" +
      "|(?:overrides?|replaces?|supersedes?)\\s{1,3}(?:all|any|every|the)\\s{1,3}(?:other|previous|existing)\\s{1,3}(?:\\w{1,20}\\s{1,3})?tools?)",
    "i",
  ),
  /** Addresses that collect what comes, or that carry what they are given. */
  collectors:
    /https?:\/\/(?:[\w-]{1,63}\.){0,4}(?:webhook\.site|requestbin\.(?:com|net)|pipedream\.net|ngrok(?:-free)?\.(?:io|app|dev)|burpcollaborator\.net|oastify\.com|oast\.(?:fun|pro|live|site|online|me)|interact\.sh|requestcatcher\.com|beeceptor\.com|hookbin\.com|trycloudflare\.com|serveo\.net|localtunnel\.me)\b/i,
  /** A picture or link whose address carries data along. */
  carrier:
    /(?:!?\[[^\]\n]{0,80}\]\()?https?:\/\/[^\s)"'<>`]{1,200}[?&](?:data|d|q|payload|secret|token|key|content|body|exfil|leak|c|p)=(?:\{|%7B|\$|<|\[)/i,
  /** Copies of what is sent, for somebody of the author's; names of examples are none. */
  copies:
    /\b(?:b?cc|forward|redirect)\b[^.!?\n]{0,40}\bto\s{1,3}[\w.+-]{1,64}@(?!example\.|(?:[\w-]{1,63}\.){0,3}(?:example|test)\b)[\w-]{1,63}\.[\w.-]{1,63}/i,
  /** An address without a name. */
  bareAddress:
    /https?:\/\/(?!127\.|0\.0\.0\.0|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/i,
  /** What a text hides behind: looked for between its first and its last word. */
  padding: /[ \t]{80}|(?:\r?\n[ \t]{0,9}){8}/,
  /** HTML that is not shown. */
  comment:
    /<!--[^]{0,400}?\b(?:you|must|always|ignore|read|send|call|tool|user|assistant|system)\b/i,
} as const;

/** What a text must have, in lower case, before its pattern is worth a look: most texts have nothing. */
const NEEDS: Readonly<Record<keyof typeof POISON, readonly string[]>> = {
  handOver: [
    "note",
    "context",
    "metadata",
    "debug",
    "feedback",
    "audit",
    "annotation",
    "telemetry",
  ],
  conceal: [
    "user",
    "human",
    "anyone",
    "anybody",
    "operator",
    "silently",
    "secretly",
    "covertly",
    "keep",
  ],
  keys: ["key", "credential", "secret", "password", "token"],
  disobey: ["user", "human", "follow", "obey", "respect"],
  copies: ["@"],
  // deno-fmt-ignore: many words.
  files: [
    ".ssh", "id_rsa", "id_e", "aws", "kube", "gnupg", "netrc", "/etc/", "mcp.json", "claude_desktop",
    "credentials", "npmrc", "gcloud",
  ],
  otherTools: ["tool", "side", "also"],
  collectors: ["://"],
  carrier: ["://"],
  bareAddress: ["://"],
  padding: ["\n", "        ", "\t\t\t"],
  comment: ["<!--"],
};

/** Whether a text has what a pattern looks for; `lower` is the text in lower case. */
export function isPoison(name: keyof typeof POISON, text: string, lower: string): boolean {
  return NEEDS[name].some((part) => lower.includes(part)) && POISON[name].test(text);
}

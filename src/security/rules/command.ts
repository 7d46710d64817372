/** Commands of a shell that hang on a value: separators, substitutions, well-known tricks. */
import { after, before, type Place, type Rule } from "./rule.ts";

const END = "\\s{0,4}(?:$|[;&|#)`\\n'\"%])";
/** What attackers run first, with enough behind it to be told from words. */
const COMMAND = new RegExp(
  "^[\\s\"'\\\\{(/]{0,6}(?:(?:usr/)?s?bin/)?(?:" + [
    "(?:c[\\\\'\"]{0,2}at|tac|nl|less|more|head|tail|od|xxd|base64|strings|sort|tee|cp|mv)\\s{1,4}[^\\n]{0,40}(?:/etc|/proc|passwd|shadow|\\.env|\\.ssh|/var/|/root|/home|/flag|flag\\.|/tmp|/dev/tcp)",
    `(?:whoami|w|who|id|uname|hostname|pwd|ifconfig|ipconfig|env|printenv|set|date|ver|systeminfo|tasklist|reboot|halt|poweroff|shutdown|history|ls|dir|ps|netstat|sh|bash|zsh)${END}`,
    `(?:uname|ls|dir|ps|netstat|ipconfig|ifconfig|id|shutdown|arp|route)\\s{1,4}[-/~.c][\\w:/\\\\.~-]{0,40}${END}`,
    "ps\\s+(?:aux|-ef)",
    "shutdown\\s{1,4}[-/]",
    "(?:nc|ncat|netcat)(?:\\.\\w{1,12})?\\s{1,4}(?:-|\\d|\\w+\\.)",
    "(?:ba|z|da|k|c)?sh\\s{1,4}-[a-z]",
    "(?:curl|wget|fetch|lwp-download|tftp|certutil|bitsadmin)\\s{1,4}(?:-{0,2}[^\\n]{0,60})?(?:https?:|ftp:|//|\\d{1,3}\\.|[\\w-]+\\.\\w)",
    "rm\\s{1,4}-[rf]",
    `(?:sleep|timeout)\\s{1,4}(?:/t\\s)?\\d{1,4}s?${END}`,
    "ping\\s{1,4}-[a-z]\\s",
    `(?:nslookup|dig|host)\\s{1,4}[\\w.$\`()@-]{3,80}${END}`,
    "(?:powershell|pwsh|cmd)(?:\\.exe)?\\s{1,4}[-/]",
    "net\\s{1,4}(?:user|localgroup|view|start|stop)",
    "type\\s{1,4}(?:%|[a-z]:|\\\\|\\S{0,20}\\.ini)",
    "(?:python\\d?|perl|ruby|php|node|lua)\\d?\\s{1,4}-[a-z]",
    "(?:chmod|chown)\\s{1,4}(?:-R\\s|\\+|[0-7]{3}|root)",
    "mkfifo\\s|mknod\\s|telnet\\s{1,4}[\\d\\w]|xterm\\s{1,4}-|crontab\\s{1,4}-|reg\\s{1,4}(?:query|add)|schtasks\\s|wmic\\s",
    `echo\\s{1,4}[^\\n]{0,60}${END}`,
    "kill(?:all)?\\s{1,4}-\\d|find\\s{1,4}/|mount\\s|dd\\s{1,4}if=|touch\\s{1,4}/|export\\s{1,4}\\w+=|eval\\s{1,4}[\"'$`]|exec\\s{1,4}[/\\d<>]|awk\\s{1,4}['\"]|sed\\s{1,4}-|su\\s{1,4}-|sudo\\s|useradd\\s|passwd\\s|iptables\\s|systemctl\\s|docker\\s|ssh\\s{1,4}\\w+@|scp\\s|\\$\\{?IFS|\\$\\(|>\\s?/",
  ].join("|") + ")",
  "i",
);

/** A line whose first word is one of these is a command line from there on, and nobody's data. */
const SHELL_WORDS: ReadonlySet<string> = new Set((
  "git npm npx yarn pnpm docker kubectl cd ls cat echo printf sudo apt apt-get yum dnf " +
  "brew make cmake ninja python python2 python3 pip pip2 pip3 node deno bun go cargo " +
  "rustup curl wget ssh scp rsync export source find grep rg egrep tar zip unzip gzip " +
  "mkdir rmdir cp mv rm ln chmod chown ps kill pkill df du free systemctl service " +
  "journalctl helm terraform ansible aws gcloud az touch sed awk head tail sort uniq xargs " +
  "tee unset env java javac mvn gradle ruby gem bundle perl php composer bash sh zsh fish " +
  "exec eval if for while until do fi done case function trap read sleep wait which jq " +
  "psql mysql redis-cli sqlite3 openssl dig nslookup ping nc netstat ss ip ifconfig uname " +
  "whoami hostname mount dd cut tr wc diff patch gcc g++ clang ld strace gdb tmux screen " +
  "crontab nohup watch pwd pushd popd ["
).split(" "));
const PROMPT = /^[\s$#>%+"'`\-*\d.()]{0,8}/;
const ASSIGNMENT = /^\w+=\S*\s+/;
const FIRST_WORD = /^(?:[\w+-]+|\[)/;
const ENDS_WORD = /^(?:[\s;&|(]|\.\/|$)/;

function isShellLine(line: string): boolean {
  const command = line.replace(PROMPT, "").replace(ASSIGNMENT, "");
  const word = FIRST_WORD.exec(command)?.[0] ?? "";
  return SHELL_WORDS.has(word.toLowerCase()) && ENDS_WORD.test(command.slice(word.length));
}

/** What a command would hang on: a name, an address, a number. Sentences are longer. */
function hangsOnValue(place: Place): boolean {
  const prefix = before(place, 400);
  if (prefix.length >= 200) return false;
  const start = prefix.lastIndexOf("\n") + 1;
  const line = prefix.slice(start);
  if (/\n/.test(prefix.slice(0, start - 1).trim())) return false;
  if (line.trim() !== "" && isShellLine(line)) return false;
  return line.trim().split(/\s+/).length <= 3 && !/[.!?:]\s*$/.test(line.trim());
}

function runsCommand(place: Place): boolean {
  return isShort(place) && COMMAND.test(after(place, 160)) && hangsOnValue(place);
}

/** What follows a command in an attack is an address or a file, not a page of text. */
function isShort(place: Place): boolean {
  return place.text.length - place.index <= 400 && !/\n[^]*\n/.test(after(place, 400));
}

export const COMMAND_RULES: readonly Rule[] = [
  {
    id: "command/separator",
    family: "command",
    within: 200,
    lead: ";|&",
    source: "[;|&]{1,2}",
    confirm: runsCommand,
  },
  {
    id: "command/line",
    family: "command",
    within: 200,
    lead: "\\n\\r",
    source: "[\\r\\n]{1,2}",
    confirm: (place) =>
      runsCommand(place) && !/\s/.test(before(place, 400).trim()) &&
      before(place, 400).trim() !== "" && !after(place, 400).trim().includes("\n"),
  },
  {
    id: "command/substitution",
    family: "command",
    within: 200,
    lead: "$<>",
    source: "[$<>]\\(",
    confirm: (place) =>
      runsCommand(place) || /^\s*(?:curl|wget|nc|bash)\s/.test(after(place, 12)) &&
        hangsOnValue(place),
  },
  {
    id: "command/backtick",
    family: "command",
    within: 200,
    lead: "`",
    source: "`",
    confirm: (place) =>
      !/\s$/.test(before(place, 1)) && !/[`(*]$/.test(before(place, 1)) && runsCommand(place) &&
      /^[^`]{2,120}`[\w\s;'"&|)]{0,12}$/.test(after(place, 160)),
  },
  {
    id: "command/reverse_shell",
    family: "command",
    lead: "\\/",
    source: "\\/dev\\/(?:tcp|udp)\\/[\\w.$-]",
    // A connection is redirected or quoted; the path alone is a path.
    confirm: (place) => /[<>|&;'"`$(]/.test(before(place, 60)),
  },
  {
    id: "command/no_blanks",
    family: "command",
    lead: "$",
    source: "\\$(?:\\{IFS|IFS)",
    confirm: (place) =>
      /[a-z'"\\;|&`(]$/i.test(before(place, 1)) &&
      /^[}$\d@'"%:?\-]{0,8}[\w\/-]/.test(after(place, 24)),
  },
  {
    id: "command/shellshock",
    family: "command",
    within: 31,
    lead: "(",
    source: "\\(\\)\\s{0,3}\\{\\s{0,3}:?\\s{0,3};?\\s{0,3}\\}\\s{0,3};\\s{0,3}[\\w\\/]",
    confirm: (place) => /^[\w\s=:-]{0,30}$/.test(before(place, 60)),
  },
  {
    id: "command/braces",
    family: "command",
    within: 200,
    lead: "{",
    source: "\\{(?:cat|ls|nc|curl|wget|bash|sh|rm|id|ping|echo),[\\/\\w.-]",
    confirm: (place) => /(?:^|[;|&`$(\s=])$/.test(before(place, 1)) && hangsOnValue(place),
  },
];

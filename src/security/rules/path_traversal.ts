/** Paths that climb to where nobody sent them. */
import { after, before, type Place, type Rule } from "./rule.ts";

/** What attacks climb to, from the root of a machine. */
const SYSTEM =
  /^(?:etc\/(?:passwd|shadow|gshadow|group|hosts|sudoers|ssh|crontab|issue|mysql|nginx|apache|httpd|fstab|resolv)|proc\/(?:self|version|cpuinfo|\d)|root\/\.|var\/(?:log|lib|www|mail|run)\/|usr\/local|home\/\w+\/\.|win(?:dows|nt)\/|boot\.ini|sam$)/i;
/** What they climb to wherever it is. */
const SECRET =
  /^(?:\.ssh|\.aws|\.env|\.htpasswd|\.htaccess|web-inf|meta-inf|web\.config|wp-config|global\.asax|id_rsa|id_ed25519|credentials|secrets?\.|settings\.py|\.bash_history|database\.yml|passwd|shadow|win\.ini|system32)/i;
/** What nobody names whole and alone but to look into somebody else's machine. */
const SECRET_FILE =
  /^(?:etc\/(?:passwd|shadow|gshadow|sudoers|master\.passwd)|proc\/self\/(?:environ|cmdline|maps|mem|fd|status|root|cwd)|root\/\.(?:ssh|bash_history|aws)|(?:home|users)\/[^\/]+\/\.(?:ssh\/id_|aws\/credentials)|windows\/(?:win\.ini|system32\/(?:config|drivers\/etc))|winnt\/|boot\.ini)/i;

const STEPS_MAX = 7;
const STEP = /^[\w.-]+$/;

/** Whether a path leads to what attacks want; `path` may go on with something else. */
function isSensitive(path: string): boolean {
  const steps = stepsOf(path);
  const from = Math.max(steps.findIndex((step) => !isClimbing(step)), 0);
  if (SYSTEM.test(steps.slice(from).join("/"))) return true;
  for (let at = from; at < steps.length && at < from + STEPS_MAX; at++) {
    const step = steps[at]!;
    if (SECRET.test(step) || (step === ".git" && steps[at + 1]?.startsWith("config"))) return true;
    if (!STEP.test(step)) return false;
  }
  return false;
}

function isClimbing(step: string): boolean {
  return step === "" || step === "." || step.startsWith("..") && step.length <= 4;
}

/** What stands between slashes, several of which count as one; "" at the end of "a/". */
function stepsOf(path: string): string[] {
  const steps = path.replaceAll("\\", "/").split("/", STEPS_MAX * 2);
  return steps.filter((step, at) => step !== "" || at === steps.length - 1);
}

const CLIMB = /^(?:\.{2,4}[\\\/;]{1,4}|\.[\\\/]{1,2}){1,60}/;

function climb({ text, index }: Place): { count: number; rest: string } {
  const path = text.slice(index, index + 300);
  const steps = CLIMB.exec(path)?.[0] ?? "";
  return { count: steps.match(/\.\./g)?.length ?? 0, rest: path.slice(steps.length) };
}

/** A value that is nothing but a path; in sentences and programs, paths stand among other things. */
function isPathAlone(text: string): boolean {
  return text.length <= 400 && !/[\s"'`()<>{}]/.test(text.trim());
}

/** How far a path climbs above where it begins. */
export function climbsAbove(path: string): boolean {
  let depth = 0;
  for (const step of path.split(/[\\\/]+/)) {
    if (step === "..") depth--;
    else if (step !== "" && step !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}

const DOT = "%(?:25){0,3}2e";
const SLASH = "%(?:25){0,3}(?:2f|5c)";

export const PATH_RULES: readonly Rule[] = [
  {
    id: "path_traversal/climb",
    family: "path_traversal",
    lead: ".",
    source: "\\.\\.{1,3}[\\\\\\/;]",
    cost: 4,
    confirm: (place) => {
      const { count, rest } = climb(place);
      return isSensitive(rest) || (count >= 4 && isPathAlone(place.text));
    },
  },
  {
    id: "path_traversal/above",
    family: "path_traversal",
    lead: ".",
    source: "\\.\\.",
    only: ["path"],
    // Once for a text: what is true of it at one place is true at all.
    confirm: ({ text, index }) =>
      (index === 0 || text.lastIndexOf("..", index - 1) < 0) && climbsAbove(text),
  },
  {
    id: "path_traversal/encoded",
    family: "path_traversal",
    lead: "%.",
    source:
      `(?:${DOT}|\\.)(?:${DOT}|\\.)(?:${SLASH})|${DOT}(?:${DOT}|\\.)[\\\\\\/]|\\.${DOT}[\\\\\\/]|%c0%a[ef]|%c1%(?:9c|1c)|%e0%80%a[ef]|%u221[56]|%uff0e|%(?:25){0,3}00(?:\\.|$)`,
    cost: 6,
    confirm: (place) => isPathAlone(place.text) || isSensitive(after(place, 200)),
  },
  {
    id: "path_traversal/secret_file",
    family: "path_traversal",
    within: 18,
    lead: "\\/\\\\",
    source: "[\\/\\\\](?:etc|proc|root|home|users|windows|winnt|boot)\\b",
    confirm: (place) =>
      isPathAlone(place.text) &&
      /^(?:file:[\\\/]{1,3}(?:localhost)?|[a-z]:|[\\\/.]{0,4}|)$/i.test(before(place, 40)) &&
      SECRET_FILE.test(stepsOf(place.text.slice(place.index, place.index + 200)).join("/")),
  },
  {
    id: "path_traversal/wrapper",
    family: "path_traversal",
    within: 400,
    lead: ":",
    source: ":\\/\\/(?<=\\b(?:php|phar|expect|zip|glob|netdoc|jar):\\/\\/)",
    confirm: (place) => isPathAlone(place.text) && !/[^\w-]/.test(before(place, 12).slice(0, -6)),
  },
];

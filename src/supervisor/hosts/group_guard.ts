/**
 * Ends what tool hosts and upstreams have started when their server is killed. The system tells a
 * process of its parent's death (`wrappers.ts`), and nobody of that of a grandparent; so a shell in a
 * session of its own reads from a pipe which process groups there are, and kills them when the pipe
 * ends. It is there as long as there are groups.
 */
import { type ChildProcess, spawn } from "node:child_process";

/** Its name in lists of processes. */
export const GUARD_NAME = "gomcp-guard";

const SCRIPT = `
groups=" "
while read -r sign group; do
  case "$sign" in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
`;

/** One that is killed is started again so often; then there is none until there are no groups. */
const LOSSES_MAX = 100;

const groups = new Set<number>();
let shell: ChildProcess | undefined;
let losses = 0;
let ended: Promise<void> = Promise.resolve();

/** From now on, and until it is given up, the group goes when this process does. */
export function guardGroup(group: number): void {
  groups.add(group);
  if (shell === undefined) start();
  else tell(`+ ${group}\n`);
}

/** There is nobody left in the group. */
export function unguardGroup(group: number): void {
  if (!groups.delete(group)) return;
  if (groups.size > 0) return tell(`- ${group}\n`);
  // There is no group left that it should kill.
  const ending = shell;
  shell = undefined;
  losses = 0;
  if (ending === undefined) return;
  // Whoever waits for its end must not be left alone by the event loop.
  ending.ref();
  ended = new Promise((resolve) => ending.once("exit", () => resolve()));
  ending.kill("SIGKILL");
}

/** Resolves once the shell of groups that were given up has gone. */
export function guardEnded(): Promise<void> {
  return ended;
}

function start(): void {
  if (Deno.build.os === "windows") return;
  try {
    const child = spawn("/bin/sh", ["-c", SCRIPT, GUARD_NAME], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      env: {},
    });
    shell = child;
    child.on("error", () => onGone(child));
    child.on("exit", () => onGone(child));
    child.stdin!.on("error", () => {}); // its end follows
    child.unref();
    tell([...groups].map((group) => `+ ${group}\n`).join(""));
  } catch {
    // No program may be started: then there are no groups either, but those of whoever says so.
  }
}

function onGone(child: ChildProcess): void {
  if (shell !== child) return;
  shell = undefined;
  if (groups.size > 0 && ++losses < LOSSES_MAX) start();
}

function tell(text: string): void {
  shell?.stdin?.write(text);
}

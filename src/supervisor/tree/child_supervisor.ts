/** Supervisors of children, as the rest of the program has them: alone, or one within another. */
import type { ChildHandle, ChildSpec, ExitReason, RestartType } from "./child.ts";
import { checkTree, type TreeOptions } from "./options.ts";
import type { TreeStatus } from "./status.ts";
import { Tree } from "./tree.ts";

/** Supervises children. */
export interface ChildSupervisor {
  /** Resolves once it has ended: by `stop`, or as a crash when it gave up. */
  readonly exited: Promise<ExitReason>;
  /**
   * Starts the children in their order; resolves once all are up.
   *
   * @throws {GomcpError} `worker_lost` when one does not start (those before it are stopped), or
   * when it is stopped meanwhile.
   */
  start(): Promise<void>;
  /**
   * Starts one more child behind the others; resolves once it is up. A child that is over may be
   * replaced by one of its id.
   *
   * @throws {GomcpError} `worker_lost` when it does not start: then it is no child.
   */
  startChild(spec: ChildSpec): Promise<void>;
  /** Stops a child and forgets it; resolves once it is down, also when there is none of this id. */
  stopChild(id: string, why: string): Promise<void>;
  /** Stops the children in the reverse order; may be called again. */
  stop(why: string): Promise<ExitReason>;
  /** Kills all children at once. */
  kill(): void;
  /** How it is. */
  status(): TreeStatus;
}

/**
 * Builds a supervisor of children.
 *
 * @throws {GomcpError} `invalid_request` for a number out of range, or two children of one id.
 */
export function createChildSupervisor(options: TreeOptions): ChildSupervisor {
  return supervisorOf(new Tree(checkTree(options, cryptoRandom)));
}

function supervisorOf(tree: Tree): ChildSupervisor {
  return {
    exited: tree.exited,
    start: () => tree.start(),
    startChild: (spec) => tree.add(spec),
    stopChild: (id, why) => tree.remove(id, why),
    stop: (why) => tree.stop(why),
    kill: () => tree.kill(),
    status: () => tree.status(),
  };
}

/**
 * A supervisor as a child of another, made anew at each start. One that gives up is a child that
 * crashed: so a failure that cannot be mended where it is goes up, to where more is started anew.
 */
export function supervisorChild(
  options: TreeOptions,
  how: {
    readonly restart?: RestartType;
    readonly startMs?: number;
    /** Hears of each new supervisor. */
    readonly onCreate?: (supervisor: ChildSupervisor) => void;
  } = {},
): ChildSpec {
  const { restart = "permanent", startMs = Infinity, onCreate } = how;
  return {
    id: options.name,
    restart,
    startMs,
    shutdownMs: Infinity,
    async start(signal): Promise<ChildHandle> {
      const supervisor = createChildSupervisor(options);
      onCreate?.(supervisor);
      const give = () => void supervisor.stop("its start was given up");
      signal.addEventListener("abort", give, { once: true });
      await supervisor.start();
      signal.removeEventListener("abort", give);
      const { exited, kill } = supervisor;
      return { exited, kill, stop: (why) => void supervisor.stop(why) };
    },
  };
}

/** Jitter needs no more than this. */
function cryptoRandom(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}

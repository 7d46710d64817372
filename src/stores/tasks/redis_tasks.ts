/** Tasks in Redis or Valkey (7 or later), shared by several machines. */
import { describeThrown } from "../../base/errors.ts";
import { type Logger, SILENT_LOG } from "../../base/log.ts";
import type { Task } from "../../tasks/task.ts";
import type {
  QuotaFault,
  StoredTask,
  TaskChangeListener,
  TaskFilter,
  TaskQuota,
  TaskStore,
} from "../../tasks/task_store.ts";
import { endConnection } from "../state/end_connection.ts";
import { openRedisLink, PREFIX, type RedisLink } from "../state/redis_link.ts";
import { REDIS_TASK_SCRIPTS, TASK_KEYS } from "./redis_task_scripts.ts";
import { taskText } from "./task_text.ts";

const TASK = "task:";
const CHANNEL = "task-changes";
const KEYS = TASK_KEYS.map((name) => `tasks-${name}`);
const [DUE, , AGES] = KEYS as [string, string, string];
/** Tasks that are looked at at once where only some of them are listed. */
const PAGE = 500;

/** @throws {GomcpError} `overloaded` when it cannot be reached, `invalid_request` when it is too old. */
export async function openRedisTasks(url: string, log: Logger = SILENT_LOG): Promise<TaskStore> {
  return new RedisTasks(await openRedisLink(url, REDIS_TASK_SCRIPTS, log));
}

class RedisTasks implements TaskStore {
  readonly location: string;
  readonly #link: RedisLink;
  readonly #watches = new Set<() => Promise<void>>();

  constructor(link: RedisLink) {
    this.#link = link;
    this.location = link.location;
  }

  async create(task: Task, dueInMs: number, quota: TaskQuota): Promise<StoredTask | QuotaFault> {
    const { text, bytes } = taskText(task);
    const { id, tenant, createdMs, ttlMs } = task;
    const args = [
      id,
      text,
      bytes,
      tenant,
      createdMs,
      ttlMs,
      dueInMs,
      quota.openMax,
      quota.bytesMax,
    ];
    const keys = [...KEYS, TASK + id, CHANNEL];
    const said = await this.#link.script("gomcpCreateTask", keys, ...args);
    return said === "created" ? { task, version: 1, fence: 1 } : said as QuotaFault;
  }

  async get(id: string): Promise<StoredTask | undefined> {
    return storedOf(
      await this.#link.ask((redis) => redis.hmget(PREFIX + TASK + id, "r", "v", "f")),
    );
  }

  async replace(
    before: StoredTask,
    task: Task,
    dueInMs: number | undefined,
    { bytesMax }: TaskQuota,
  ): Promise<StoredTask | "changed" | "bytes"> {
    const { text, bytes, isOpen } = taskText(task);
    const { version } = before;
    const args = [task.id, text, bytes, version, dueInMs ?? -1, Number(isOpen), bytesMax];
    const keys = [...KEYS, TASK + task.id, CHANNEL];
    const said = await this.#link.script("gomcpReplaceTask", keys, ...args);
    if (typeof said === "string") return said as "changed" | "bytes";
    return { task, version: version + 1, fence: said as number };
  }

  async claim(leaseMs: number, max: number, id?: string): Promise<readonly StoredTask[]> {
    const args = [PREFIX + TASK, leaseMs, max, ...(id === undefined ? [] : [id])];
    const rows = await this.#link.script("gomcpClaimTasks", [DUE], ...args);
    return (rows as (string | number)[][]).map((row) => storedOf(row)!);
  }

  async renew(id: string, fence: number, leaseMs: number): Promise<boolean> {
    return await this.#link.script("gomcpRenewTask", [DUE, TASK + id], id, fence, leaseMs) === 1;
  }

  async list({ tenant, status, max }: TaskFilter): Promise<readonly StoredTask[]> {
    const found: StoredTask[] = [];
    for (let from = 0; found.length < max; from += PAGE) {
      const ids = await this.#link.ask((redis) =>
        redis.zrevrange(PREFIX + AGES, from, from + PAGE - 1)
      );
      if (ids.length === 0) break;
      for (const stored of await Promise.all(ids.map((id) => this.get(id)))) {
        if (stored === undefined || found.length >= max) continue;
        if (tenant !== undefined && stored.task.tenant !== tenant) continue;
        if (status === undefined || stored.task.status === status) found.push(stored);
      }
    }
    return found;
  }

  async evict(max: number): Promise<number> {
    return await this.#link.script("gomcpEvictTasks", KEYS, PREFIX + TASK, max) as number;
  }

  /** What was published while the connection was away nobody knows: then any may have changed. */
  async watch(onChange: TaskChangeListener): Promise<() => void> {
    const subscriber = this.#link.subscriber();
    const channel = PREFIX + CHANNEL;
    let stopped = false;
    const tell = (id: string | undefined) => {
      if (!stopped) onChange(id);
    };
    subscriber.on("message", (_: string, id: string) => tell(id));
    subscriber.on("ready", () => {
      subscriber.subscribe(channel).then(() => tell(undefined), (error: unknown) => {
        this.#link.log.warn("changes of tasks cannot be heard of", {
          error: describeThrown(error),
        });
      });
    });
    const stop = () => {
      stopped = true;
      return endConnection(subscriber).finally(() => this.#watches.delete(stop));
    };
    this.#watches.add(stop);
    await this.#link.ask(() => subscriber.connect().catch(() => {}));
    return () => void stop();
  }

  async close(): Promise<void> {
    const ends = [...this.#watches].map((stop) => stop());
    await Promise.all([...ends, this.#link.close()]);
  }
}

function storedOf([record, version, fence]: readonly unknown[]): StoredTask | undefined {
  if (typeof record !== "string") return undefined;
  return { task: JSON.parse(record), version: Number(version), fence: Number(fence) };
}

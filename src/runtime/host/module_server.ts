/** In a tool host: runs calls of one module's tools, resources and prompts as its server would. */
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import { Call } from "../../pipeline/call.ts";
import { EventHub, type ServerEvent } from "../../pipeline/events.ts";
import { invalidArguments } from "../../pipeline/invalid_arguments.ts";
import { membersOf, type Outcome } from "../../pipeline/outcome.ts";
import type { CallFrame, ServerFrame } from "../../supervisor/hosts/frames.ts";
import type { LoadedModules } from "../load_modules.ts";
import { type Catalog, createCatalog } from "../catalog.ts";
import { describeModule } from "./describe_module.ts";
import { FrameAsker } from "./frame_asker.ts";

interface OpenCall {
  readonly call: Call;
  readonly asker: FrameAsker | undefined;
}

export interface ModuleServerParts {
  /** Takes one line. */
  readonly send: (line: string) => void;
  /** Bytes that the server has not taken yet. */
  readonly waiting: () => number;
  /** The memory that this process holds. */
  readonly rssBytes: () => number;
}

/** Answers the frames of a server. */
export class ModuleServer {
  readonly #send: (line: string) => void;
  readonly #open = new Map<number, OpenCall>();
  #catalog: Catalog | undefined;

  readonly #waiting: () => number;
  readonly #rssBytes: () => number;

  constructor({ send, waiting, rssBytes }: ModuleServerParts) {
    this.#send = send;
    this.#waiting = waiting;
    this.#rssBytes = rssBytes;
  }

  /** Begins to take calls; the module's own log goes to the server's. */
  serve(loaded: LoadedModules, log: Logger): void {
    const items = <T>(list: readonly { readonly item: T }[]) => list.map(({ item }) => item);
    this.#catalog = createCatalog({
      tools: items(loaded.tools),
      resources: items(loaded.resources),
      prompts: items(loaded.prompts),
    }, log);
    this.#say({ t: "ready", about: describeModule(loaded) });
  }

  fail(detail: string): void {
    this.#say({ t: "failed", detail: detail.slice(0, 16_000) });
  }

  /** The log of this process, as frames. */
  readonly log: Logger = {
    debug: (message, fields) => this.#log("debug", message, fields),
    info: (message, fields) => this.#log("info", message, fields),
    warn: (message, fields) => this.#log("warn", message, fields),
    error: (message, fields) => this.#log("error", message, fields),
  };

  onFrame(frame: ServerFrame): void {
    switch (frame.t) {
      case "call":
        return this.#run(frame);
      case "abort":
        return this.#open.get(frame.id)?.call.stop(frame.why);
      case "answer":
        return this.#open.get(frame.id)?.asker?.onAnswer(frame);
      case "ping":
        return this.#say({ t: "pong", n: frame.n, rss: this.#rssBytes() });
    }
  }

  #run(frame: CallFrame): void {
    const { id } = frame;
    const asker = frame.can && new FrameAsker(id, frame.can, (said) => this.#say(said));
    const call = this.#callOf(frame, asker);
    this.#open.set(id, { call, asker });
    const outcome = this.#start(call);
    if (!(outcome instanceof Promise)) return this.#end(id, outcome);
    outcome.then((settled) => this.#end(id, settled));
  }

  #callOf(frame: CallFrame, asker: FrameAsker | undefined): Call {
    const { id, kind, name, args, request, tenant, client } = frame;
    const call = new Call({
      kind,
      tool: name,
      args,
      adapter: frame.adapter as Call["adapter"],
      id: request,
      tenant,
      client,
      ...(asker !== undefined && { asker }),
      ...(frame.heard && { onEvent: (event) => this.#tell({ t: "event", id, event }) }),
    });
    call.trace = frame.trace;
    call.events = new FrameHub((event) =>
      this.#say(
        event.kind === "list_changed"
          ? { t: "changed", id, list: event.list }
          : { t: "updated", id, uri: event.uri },
      )
    );
    return call;
  }

  #start(call: Call): Outcome | Promise<Outcome> {
    const target = this.#catalog!.find(call);
    if ("code" in target) return { kind: "problem", problem: target };
    const check = target.checkArguments(call.args);
    if (!check.ok) return invalidArguments(call, check.pointer, check.detail);
    call.checkedArgs = check.value;
    return target.run(call);
  }

  #end(id: number, outcome: Outcome): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    open?.asker?.close();
    if (open !== undefined) open.call.onEvent = undefined;
    if (outcome.kind === "problem") {
      return this.#say({ t: "problem", id, problem: outcome.problem });
    }
    this.#send(`{"t":"done","id":${id},"value":{${membersText(outcome)}}}`);
  }

  #log(level: keyof Logger, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    try {
      this.#tell({ t: "log", level, message, fields });
    } catch {
      this.#tell({ t: "log", level, message, fields: { fields: "not serialisable" } });
    }
  }

  /** What the server does not take in time is left out, as it is for clients that do not read. */
  #tell(frame: unknown): void {
    if (this.#waiting() <= LIMITS.outputSoftBytesMax) this.#say(frame);
  }

  #say(frame: unknown): void {
    this.#send(JSON.stringify(frame));
  }
}

/** What a handler gave, as it goes over the wire; a stop for a question gives nothing. */
function membersText(outcome: Exclude<Outcome, { kind: "problem" }>): string {
  if (outcome.kind === "input_required") return "";
  if (outcome.kind === "answer") return outcome.members;
  const { _meta } = outcome.result;
  const members = membersOf(outcome);
  return _meta === undefined ? members : `${members},"_meta":${JSON.stringify(_meta)}`;
}

/** Hands events to the server, which knows who listens. */
class FrameHub extends EventHub {
  readonly #tell: (event: ServerEvent) => void;

  constructor(tell: (event: ServerEvent) => void) {
    super();
    this.#tell = tell;
  }

  override emit(event: ServerEvent): void {
    this.#tell(event);
  }
}

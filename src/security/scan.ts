/** One pass over a tool's arguments: their bounds, and what their strings hold. */
import { pointerStep } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { utf8Length } from "../base/utf8_length.ts";
import type { Family } from "./families.ts";
import type { Finding, LimitName, Scan, Violation } from "./findings.ts";
import { LOOK, look } from "./look.ts";
import { FORBIDDEN_KEYS, isHarmlessKey, isHarmlessWord } from "./known_words.ts";
import { type Budget, Subject } from "./matcher.ts";
import type { Plan, PlanNode } from "./plan.ts";

const NO_FINDINGS: readonly Finding[] = Object.freeze([]);
const CLEAN: Scan = Object.freeze({ violation: undefined, findings: NO_FINDINGS });
const POINTER_STEP_CHARS = 100;

/**
 * The arrays and objects that wait or are done, in the order in which they were met; the root is
 * not among them, since most arguments are one flat object. Kept between passes, since a call's
 * few values are worth less than new arrays; a getter of a hostile value that starts a pass within
 * a pass gets its own.
 */
class Walk {
  /** All from 1 on; 0 stands for the root. */
  readonly holders: object[] = [EMPTY];
  readonly parents: number[] = [0];
  readonly steps: (string | number)[] = [""];
  readonly depths: number[] = [1];
  readonly plans: PlanNode[] = [];
  count = 0;
  nodes = 0;
  chars = 0;
  busy = false;
  findings: Finding[] | undefined = undefined;
  violation: Violation | undefined = undefined;
  readonly budget: Budget = { looks: LIMITS.argumentLooksMax };

  constructor(public plan: Plan) {}

  run(root: unknown): Scan {
    const { plan } = this;
    try {
      this.nodes = 1;
      if (typeof root === "object" && root !== null) {
        this.#visitHolder(root, 0, plan.root);
        for (let at = 1; at <= this.count && this.violation === undefined; at++) {
          this.#visitHolder(this.holders[at]!, at, this.plans[at]!);
        }
      } else this.#visit(root, ROOT, "", plan.root);
      if (this.chars * 3 > plan.limits.bytes && this.violation === undefined) {
        this.#checkBytes(root);
      }
      return this.violation === undefined && this.findings === undefined
        ? CLEAN
        : { violation: this.violation, findings: this.findings ?? NO_FINDINGS };
    } finally {
      this.#reset();
    }
  }

  #visitHolder(holder: object, at: number, plan: PlanNode): void {
    if (Array.isArray(holder)) this.#visitArray(holder, at, plan);
    else this.#visitObject(holder as Record<string, unknown>, at, plan);
  }

  #visitArray(items: readonly unknown[], at: number, plan: PlanNode): void {
    const { limits } = this.plan;
    const { length } = items;
    if (length > limits.items) return this.#break(at, undefined, "items", limits.items, length);
    this.nodes += length;
    if (this.nodes > limits.nodes) return this.#breakNodes(at);
    for (let i = 0; i < length && this.violation === undefined; i++) {
      const child = plan.children === undefined ? plan : plan.children.get(String(i)) ?? plan;
      const item = items[i];
      if (typeof item !== "string") this.#visit(item, at, i, child);
      else if (isHarmlessWord(item, i) && item.length <= child.stringBytes) {
        this.chars += item.length;
      } else this.#visitString(item, at, i, child);
    }
  }

  #visitObject(members: Record<string, unknown>, at: number, plan: PlanNode): void {
    const { limits } = this.plan;
    const { children } = plan;
    let count = 0;
    let chars = 0;
    // Own keys and no others: nothing that JSON makes has enumerable keys from elsewhere.
    for (const key in members) {
      if (++count > limits.keys) {
        return this.#break(at, undefined, "keys", limits.keys, Object.keys(members).length);
      }
      if (isHarmlessKey(key, count) && key.length <= plan.stringBytes) chars += key.length;
      else this.#visitKey(key, at, plan);
      const child = children === undefined ? plan : children.get(key) ?? plan;
      const value = members[key];
      if (typeof value === "string") {
        if (isHarmlessWord(value, count) && value.length <= child.stringBytes) {
          chars += value.length;
        } else this.#visitString(value, at, key, child);
      } else if (typeof value !== "number" || !Number.isFinite(value)) {
        this.#visit(value, at, key, child);
      }
      if (this.violation !== undefined) return;
    }
    this.chars += chars;
    this.nodes += count;
    if (this.nodes > limits.nodes) this.#breakNodes(at);
  }

  #visitKey(key: string, at: number, plan: PlanNode): void {
    if (FORBIDDEN_KEYS.has(key)) return this.#break(at, key, "forbidden_key", 0, 1);
    this.#visitString(key, at, key, plan);
  }

  #visit(value: unknown, at: number, step: string | number, plan: PlanNode): void {
    switch (typeof value) {
      case "string":
        return this.#visitString(value, at, step, plan);
      case "object":
        if (value !== null) this.#enter(value, at, step, plan);
        return;
      case "number":
        if (!Number.isFinite(value)) this.#break(at, step, "finite_number", 0, 1);
        return;
      case "boolean":
        return;
      case "undefined":
        // A member without a value is none in JSON, and reaches tools from the library only.
        return;
      default:
        this.#break(at, step, "json_value", 0, 1);
    }
  }

  #enter(holder: object, parent: number, step: string | number, plan: PlanNode): void {
    const max = this.plan.limits.depth;
    const depth = this.depths[parent]! + 1;
    if (depth > max) return this.#break(parent, step, "depth", max, depth);
    const at = ++this.count;
    this.holders[at] = holder;
    this.parents[at] = parent;
    this.steps[at] = step;
    this.depths[at] = depth;
    this.plans[at] = plan;
  }

  #visitString(text: string, at: number, step: string | number, plan: PlanNode): void {
    const { length } = text;
    this.chars += length;
    if (length * 3 > plan.stringBytes) {
      const bytes = utf8Length(text);
      if (bytes > plan.stringBytes) {
        return this.#break(at, step, "stringBytes", plan.stringBytes, bytes);
      }
    }
    const seen = look(text, plan.inWords);
    if (seen !== LOOK.plain) this.#lookCloser(text, at, step, plan, seen);
  }

  #lookCloser(
    text: string,
    at: number,
    step: string | number,
    plan: PlanNode,
    seen: number,
  ): void {
    if (seen === LOOK.special) {
      if (text.includes("\0")) return this.#break(at, step, "nul", 0, 1);
      if (!text.isWellFormed()) return this.#break(at, step, "lone_surrogate", 0, 1);
    }
    const { blocks, reports } = plan;
    const subject = new Subject(text, seen);
    if (blocks !== undefined) {
      const rule = blocks.find(subject, this.budget);
      if (rule !== undefined) this.#found(text, at, step, rule, "blocked");
    }
    if (reports !== undefined) {
      const rule = reports.find(subject, this.budget);
      if (rule !== undefined) this.#found(text, at, step, rule, "reported");
    }
    if (this.budget.looks < 0) {
      this.#break(at, step, "looks", LIMITS.argumentLooksMax, LIMITS.argumentLooksMax + 1);
    }
  }

  #found(
    text: string,
    at: number,
    step: string | number,
    { family, id }: { readonly family: Family; readonly id: string },
    action: Finding["action"],
  ): void {
    const findings = this.findings ??= [];
    // One that refuses is always told.
    if (findings.length >= LIMITS.findingsMax) {
      if (action === "reported" || findings[0]!.action === "blocked") return;
      findings.pop();
    }
    const pointer = this.#pointer(at, step);
    const finding = { pointer, family, rule: id, action, sizeChars: text.length };
    if (action === "blocked") findings.unshift(finding);
    else findings.push(finding);
  }

  #breakNodes(at: number): void {
    this.#break(at, undefined, "nodes", this.plan.limits.nodes, this.nodes);
  }

  #break(
    at: number,
    step: string | number | undefined,
    limit: LimitName,
    max: number,
    size: number,
  ): void {
    this.violation ??= { pointer: this.#pointer(at, step), limit, max, size };
  }

  #pointer(at: number, step: string | number | undefined): string {
    let pointer = at === ROOT || step === undefined ? "" : stepText(step);
    for (let i = at; i > 0; i = this.parents[i]!) pointer = stepText(this.steps[i]!) + pointer;
    return pointer;
  }

  /** Counted only when it may be too much. */
  #checkBytes(root: unknown): void {
    const max = this.plan.limits.bytes;
    let bytes = typeof root === "string" ? utf8Length(root) : 0;
    for (let at = 0; at <= this.count; at++) {
      const holder = at === 0 ? root : this.holders[at]!;
      if (typeof holder !== "object" || holder === null) continue;
      for (const [key, value] of Object.entries(holder)) {
        if (!Array.isArray(holder)) bytes += utf8Length(key);
        if (typeof value === "string") bytes += utf8Length(value);
      }
    }
    if (bytes > max) this.#break(ROOT, undefined, "bytes", max, bytes);
  }

  #reset(): void {
    // What was looked at must not be kept alive.
    for (let i = 1; i <= this.count; i++) this.holders[i] = EMPTY;
    if (this.count > KEPT_HOLDERS) this.holders.length = KEPT_HOLDERS;
    this.count = 0;
    this.chars = 0;
    this.findings = undefined;
    this.violation = undefined;
    this.busy = false;
  }
}

const EMPTY = Object.freeze({});
const KEPT_HOLDERS = 1_000;

/** Parent of the root itself. */
const ROOT = -1;

let kept: Walk | undefined;

/** Looks through a value. Never throws on what JSON can hold. */
export function scan(value: unknown, plan: Plan): Scan {
  const walk = kept === undefined || kept.busy ? new Walk(plan) : kept;
  kept ??= walk;
  walk.busy = true;
  walk.plan = plan;
  walk.budget.looks = LIMITS.argumentLooksMax;
  return walk.run(value);
}

function stepText(step: string | number): string {
  const text = typeof step === "number" ? String(step) : step;
  if (text.length <= POINTER_STEP_CHARS) return pointerStep(text.toWellFormed());
  return pointerStep((text.slice(0, POINTER_STEP_CHARS) + "…").toWellFormed());
}

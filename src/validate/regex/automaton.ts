/**
 * The automaton of an expression after Glushkov: a state for each place that takes a character, and
 * an edge from each to those that may come next. Edges are counted: two ways from one state to the
 * next are two ways that a backtracking engine tries.
 */
import type { CharSet, RegexNode } from "./parse.ts";
import { Unsupported } from "./parse.ts";

export interface Automaton {
  /** What each state takes. */
  readonly sets: readonly CharSet[];
  /** For each state, how many ways there are to each next one. */
  readonly next: readonly ReadonlyMap<number, number>[];
  /** States behind which the expression can be at its end, without having to see that of the text. */
  readonly free: ReadonlySet<number>;
}

/** States of one automaton. Above: unsupported. */
const STATES_MAX = 500;
/** Repeats up to so many are written out; more are as good as without end. */
const COPIES_MAX = 3;
const MANY = 20;
/** Repeats within repeats go as often as both together allow: from so many on, without end. */
const MANY_TOGETHER = 100;

/** What a part of the expression begins and ends with. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  /** It may take no character. */
  readonly nullable: boolean;
  /** States of `last` behind which the end of the text is demanded. */
  readonly anchored: ReadonlySet<number>;
}

const NOTHING: Part = { first: [], last: [], nullable: true, anchored: new Set() };

/** @throws {Unsupported} for one that is too large. */
export function buildAutomaton(root: RegexNode): Automaton {
  const builder = new Builder();
  const whole = builder.build(root);
  const free = new Set(whole.last.filter((state) => !whole.anchored.has(state)));
  return { sets: builder.sets, next: builder.next, free };
}

class Builder {
  readonly sets: CharSet[] = [];
  readonly next: Map<number, number>[] = [];
  /** How often the repeats around go together. */
  #around = 1;

  build(node: RegexNode): Part {
    switch (node.kind) {
      case "empty":
        return NOTHING;
      case "assertion":
        return NOTHING;
      case "chars":
        return this.#state(node.set);
      case "choice":
        return node.parts.map((part) => this.build(part)).reduce(either);
      case "sequence":
        return this.#sequence(node.parts);
      case "repeat":
        return this.#repeat(node);
    }
  }

  #state(set: CharSet): Part {
    if (this.sets.length >= STATES_MAX) throw new Unsupported("too many states");
    const state = this.sets.push(set) - 1;
    this.next.push(new Map());
    return { first: [state], last: [state], nullable: false, anchored: new Set() };
  }

  #sequence(parts: readonly RegexNode[]): Part {
    let all = NOTHING;
    for (const part of parts) {
      if (part.kind === "assertion") {
        if (part.sign === "$") all = { ...all, anchored: new Set(all.last) };
        continue;
      }
      all = this.#behind(all, this.build(part));
    }
    return all;
  }

  #behind(a: Part, b: Part): Part {
    this.#connect(a.last, b.first);
    return {
      first: a.nullable ? [...a.first, ...b.first] : a.first,
      last: b.nullable ? [...a.last, ...b.last] : b.last,
      nullable: a.nullable && b.nullable,
      anchored: b.nullable ? union(a.anchored, b.anchored) : b.anchored,
    };
  }

  #repeat({ part, min, max }: Extract<RegexNode, { kind: "repeat" }>): Part {
    if (max === 0) return NOTHING;
    const before = this.#around;
    const inner = timesWithin(part);
    const isNested = inner > 1 || (before > 1 && min < max);
    const isMany = max >= MANY ||
      (max > COPIES_MAX && isNested && before * max * inner >= MANY_TOGETHER);
    this.#around = before * max;
    const whole = isMany ? this.#loop(part, min) : this.#copies(part, min, max);
    this.#around = before;
    return whole;
  }

  #loop(part: RegexNode, min: number): Part {
    const copy = this.build(part);
    this.#connect(copy.last, copy.first);
    // Rounds that are demanded may take nothing, so which of them do is a choice.
    if (copy.nullable && min >= MANY) this.#connect(copy.last, copy.first);
    return min === 0 ? { ...copy, nullable: true } : copy;
  }

  #copies(part: RegexNode, min: number, max: number): Part {
    // As x(x(x)?)?: an engine that leaves one round out leaves out all that follow.
    let rest = NOTHING;
    for (let i = Math.min(max, COPIES_MAX) - 1; i >= 0; i--) {
      const rounds = this.#behind(this.build(part), rest);
      rest = i < min ? rounds : { ...rounds, nullable: true };
    }
    return rest;
  }

  #connect(from: readonly number[], to: readonly number[]): void {
    for (const a of from) {
      const ways = this.next[a]!;
      for (const b of to) ways.set(b, (ways.get(b) ?? 0) + 1);
    }
  }
}

/** How often the repeats within a part go together at most, of those that may go less often. */
function timesWithin(node: RegexNode): number {
  switch (node.kind) {
    case "sequence":
    case "choice":
      return Math.max(1, ...node.parts.map(timesWithin));
    case "repeat":
      return timesWithin(node.part) * (node.min < node.max ? node.max : 1);
    default:
      return 1;
  }
}

function either(a: Part, b: Part): Part {
  return {
    first: [...a.first, ...b.first],
    last: [...a.last, ...b.last],
    nullable: a.nullable || b.nullable,
    anchored: union(a.anchored, b.anchored),
  };
}

function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...a, ...b]);
}

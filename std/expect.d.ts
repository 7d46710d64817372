// The subset of @std/expect that gomcp uses.
// deno-lint-ignore-file no-explicit-any
type ErrorLike = string | RegExp | Error | (new (...args: any[]) => Error);

/** What an asynchronous matcher, after `resolves` or `rejects`, gives: the same matchers, awaited. */
type Async<M> = {
  [K in keyof M]: M[K] extends (...args: infer A) => unknown ? (...args: A) => Promise<void>
    : Async<M[K]>;
};

interface Matchers {
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  toStrictEqual(expected: unknown): void;
  toMatchObject(expected: Record<PropertyKey, unknown> | Record<PropertyKey, unknown>[]): void;
  toContain(expected: unknown): void;
  toContainEqual(expected: unknown): void;
  toHaveLength(expected: number): void;
  toHaveProperty(name: string | readonly string[], value?: unknown): void;
  toMatch(expected: RegExp): void;
  toBeInstanceOf(expected: abstract new (...args: any[]) => unknown): void;
  toBeDefined(): void;
  toBeUndefined(): void;
  toBeNull(): void;
  toBeNaN(): void;
  toBeTruthy(): void;
  toBeFalsy(): void;
  toBeCloseTo(expected: number, digits?: number): void;
  toBeGreaterThan(expected: number): void;
  toBeGreaterThanOrEqual(expected: number): void;
  toBeLessThan(expected: number): void;
  toBeLessThanOrEqual(expected: number): void;
  toThrow(expected?: ErrorLike, message?: string): void;
  readonly not: Matchers;
}

export interface Expected extends Matchers {
  readonly resolves: Async<Matchers>;
  readonly rejects: Async<Matchers>;
}

export declare const expect: {
  (value: unknown, message?: string): Expected;
  any(type: unknown): unknown;
  anything(): unknown;
  arrayContaining(values: readonly unknown[]): unknown;
  objectContaining(values: Record<PropertyKey, unknown>): unknown;
  stringContaining(text: string): unknown;
  stringMatching(pattern: string | RegExp): unknown;
  closeTo(value: number, digits?: number): unknown;
};

/** A value, or a promise of it: what needs no waiting costs none. */
export type MaybePromise<T> = T | Promise<T>;

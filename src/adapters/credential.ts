/** The credential of a request: what HTTP's headers and gRPC's metadata have in common. */
import type { Problem } from "../base/errors.ts";

/** Undefined for none; null for one that is never right, which must not be taken for none. */
export function readCredential(
  authorization: string | null,
  key: string | null,
): string | undefined | null {
  if (authorization === null) return key?.trim() ?? undefined;
  if (key !== null) return null;
  return /^bearer +([^\s,]+)$/i.exec(authorization.trim())?.[1] ?? null;
}

export const NO_CREDENTIAL: Problem = {
  code: "unauthenticated",
  detail: "Cannot serve request: it has no credential, expected Authorization: Bearer or X-API-Key",
};

export const UNUSABLE_CREDENTIAL: Problem = {
  code: "unauthenticated",
  detail: "Cannot serve request: its credential is none that is taken here, expected one " +
    "Authorization: Bearer or X-API-Key",
};

/** The credential of a request: what HTTP's headers and gRPC's metadata have in common. */
import type { Problem } from "../base/errors.ts";

/** Undefined for none; a problem for one that is never right, which must not be taken for none. */
export function readCredential(
  authorization: string | null,
  key: string | null,
): string | Problem | undefined {
  if (authorization === null) return key?.trim() ?? undefined;
  if (key !== null) return UNUSABLE_CREDENTIAL;
  return /^bearer +([^\s,]+)$/i.exec(authorization.trim())?.[1] ?? UNUSABLE_CREDENTIAL;
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

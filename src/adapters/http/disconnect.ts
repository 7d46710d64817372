/** Learns that a client has left before it got its answer. */

/** How many turns of the microtask queue a tool that does no I/O needs at most. */
const MICROTASKS = 16;

/**
 * Calls `onGone` if the client goes before `settled` says true. Asking Deno for a
 * request's signal costs as much as the rest of a fast call, so it is asked for only
 * once a call has outlived the microtasks that follow it; no event can be missed, since
 * the event loop does not turn between them.
 */
export async function watchDisconnect(
  request: Request,
  settled: () => boolean,
  onGone: () => void,
): Promise<void> {
  for (let turn = 0; turn < MICROTASKS; turn++) {
    await undefined;
    if (settled()) return;
  }
  // The signal aborts after a normal end too: then it is settled.
  request.signal.addEventListener("abort", () => {
    if (!settled()) onGone();
  });
}

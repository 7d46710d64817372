/** The quota layer: debits calls of tools that are about to run, and gives back what never ran. */
import type { Call, Handler, Layer } from "../pipeline/call.ts";
import { failed, membersOf, type Outcome } from "../pipeline/outcome.ts";
import type { Debit, Meter, QuotaGate } from "./gate.ts";

export function quotaLayer(gate: QuotaGate): Layer {
  return (next) => (call) => {
    const { access } = call;
    const meter = access === undefined ? undefined : gate.meterOf(access);
    if (meter === undefined || call.kind !== "tool") return next(call);
    const bytes = meter.countsBytes ? byteLength(JSON.stringify(call.args) ?? "") : 0;
    const decision = gate.admit(meter, bytes, call.ticket);
    if (!(decision instanceof Promise)) {
      if (decision !== undefined) return failed(decision);
      return run(gate, meter, call, debitOf(meter, call, bytes), next);
    }
    return decision.then((why) => {
      if (why !== undefined) return failed(why);
      return run(gate, meter, call, debitOf(meter, call, bytes), next);
    });
  };
}

/** A call with a ticket was paid when that was: the period may have been another one. */
function debitOf(meter: Meter, { ticket }: Call, bytes: number): Debit {
  return { window: ticket === undefined ? meter.window : ticket.window, bytes };
}

/** What answers at once costs no closure: these would be made for every call. */
function run(
  gate: QuotaGate,
  meter: Meter,
  call: Call,
  debit: Debit,
  next: Handler,
): Outcome | Promise<Outcome> {
  let outcome: Outcome | Promise<Outcome>;
  try {
    outcome = next(call);
  } catch (thrown) {
    gate.release(meter, debit, call.dispatched, 0);
    throw thrown;
  }
  if (outcome instanceof Promise) return runLater(gate, meter, call, debit, outcome);
  return end(gate, meter, call, debit, outcome);
}

function runLater(
  gate: QuotaGate,
  meter: Meter,
  call: Call,
  debit: Debit,
  later: Promise<Outcome>,
): Promise<Outcome> {
  return later.then(
    (outcome) => end(gate, meter, call, debit, outcome),
    (thrown) => {
      gate.release(meter, debit, call.dispatched, 0);
      throw thrown;
    },
  );
}

function end(
  gate: QuotaGate,
  meter: Meter,
  call: Call,
  debit: Debit,
  outcome: Outcome,
): Outcome {
  const bytesOut = meter.countsBytes ? sizeOf(outcome) : 0;
  gate.release(meter, debit, call.dispatched, bytesOut);
  return outcome;
}

function sizeOf(outcome: Outcome): number {
  if (outcome.kind === "result") return byteLength(membersOf(outcome));
  return outcome.kind === "answer" ? byteLength(outcome.members) : 0;
}

/** Of the text as UTF-8. */
function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // Each half of a surrogate pair stands for two of its four bytes.
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** The quota layer: debits calls of tools that are about to run, and gives back what never ran. */
import type { Call, Handler, Layer } from "../pipeline/call.ts";
import { failed, type Outcome } from "../pipeline/outcome.ts";
import { argumentBytes, outcomeBytes } from "./call_bytes.ts";
import type { Debit, Meter, QuotaGate } from "./gate.ts";

export function quotaLayer(gate: QuotaGate): Layer {
  return (next) => (call) => {
    const { access } = call;
    const meter = access === undefined ? undefined : gate.meterOf(access);
    if (meter === undefined || call.kind !== "tool") return next(call);
    const bytes = meter.countsBytes ? argumentBytes(call.args) : 0;
    const decision = gate.admit(meter, bytes, call);
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
  return { window: ticket === undefined ? meter.window : ticket.window, bytes, ticket };
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
  const bytesOut = meter.countsBytes ? outcomeBytes(outcome) : 0;
  gate.release(meter, debit, call.dispatched, bytesOut);
  return outcome;
}

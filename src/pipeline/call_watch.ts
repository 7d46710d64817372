/** Somebody who is told when calls begin and end: a generation, which must not go before its calls do. */
import type { Call } from "./call.ts";
import type { Outcome } from "./outcome.ts";

export interface CallWatch {
  /** A call has come. Must not throw. */
  begin(call: Call): void;
  /** It goes on by a promise. Must not throw. */
  wait(call: Call): void;
  /** It has ended, once; `waited` tells whether it had to be waited for. Must not throw. */
  end(call: Call, outcome: Outcome, waited: boolean): void;
}
